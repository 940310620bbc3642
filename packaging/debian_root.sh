# Sourced by the package's tests: a fresh Debian 12 in $root, gone at the end, with $package installed by install_package.
# Needs root, debootstrap and a Debian mirror (MIRROR=URL for another than deb.debian.org); says SKIPPED and ends with 77
# without. Nothing outside $work is changed.
mirror=${MIRROR:-http://deb.debian.org/debian}

skip() {
  echo "SKIPPED: $*, so the package is not tested"
  exit 77
}
step() { echo "-- $*"; }
die() {
  echo "FAILED: $*"
  exit 1
}
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}
remove_root() {
  for mounted in dev proc; do umount -l "$root/$mounted" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}

make_root() { # [OPTION of debootstrap...]
  ((EUID == 0)) || skip "not root"
  command -v debootstrap >/dev/null || skip "no debootstrap"
  work=$(mktemp -d --tmpdir=/var/tmp)
  root=$work/root
  trap remove_root EXIT
  step "a fresh Debian 12"
  debootstrap --variant=minbase "$@" bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
    tail -3 "$work/debootstrap.log"
    skip "no Debian from $mirror"
  }
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  # Nothing in the root is ever started by its packages.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
}

install_package() {
  step "install"
  cp "$package" "$root/tmp/windhover.deb"
  inside apt-get update -qq
  inside apt-get install -y -qq --no-install-recommends /tmp/windhover.deb >"$work/install.log" 2>&1 || {
    tail -20 "$work/install.log"
    die "apt-get install"
  }
}
