#pragma once
// One binary for every x86-64-v2 and aarch64 machine: hot loops are plain C++ that the compiler vectorises,
// once per instruction-set level; the loader picks the level at start. Sanitizers cannot run code that early,
// so their builds have the baseline only.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(WINDHOVER_NO_CLONES)
#define WINDHOVER_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WINDHOVER_CLONES
#endif
