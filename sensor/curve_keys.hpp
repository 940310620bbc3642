#pragma once
// CURVE keys of the feed and the files that hold them: ZPL certificates as czmq and pyzmq write them. A
// public one names whoever may be let in or whom to trust; a secret one has both halves and belongs to its
// owner alone.
//
//     curve
//         public-key = "<40 characters of Z85>"
//         secret-key = "<40 characters of Z85>"

#include <cstddef>
#include <filesystem>
#include <string>

namespace windhover::sensor {

inline constexpr std::size_t kCurveKeyBytes = 32;

/// Z85 texts of 40 characters (ZeroMQ RFC 32), kCurveKeyBytes each.
struct CurveKeyPair {
  std::string public_key, secret_key;
};

/// What a client needs: its own keys, and the public key of the server that it means to talk to.
struct CurveClientKeys {
  CurveKeyPair own;
  std::string server_public_key;
};

CurveKeyPair make_curve_key_pair();

struct CurveKeyFiles {
  std::filesystem::path public_file, secret_file;
};
/// Writes STEM.key, for all who ask, and STEM.key_secret with mode 0600. Throws ConfigError if one of them
/// exists already or cannot be written.
CurveKeyFiles write_curve_key_files(const std::filesystem::path& stem, const CurveKeyPair& keys);

/// Throws ConfigError unless the file is a certificate with both keys that its owner alone may read.
CurveKeyPair read_curve_secret_file(const std::filesystem::path& file);
/// The public key of a public or secret certificate. Throws ConfigError if there is none.
std::string read_curve_public_file(const std::filesystem::path& file);

}  // namespace windhover::sensor
