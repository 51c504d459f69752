#include "engine/sandbox.hpp"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace dislodge::engine {

#if defined(__SANITIZE_ADDRESS__)
#define DISLODGE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DISLODGE_SANITIZED 1
#endif
#endif

#ifdef DISLODGE_SANITIZED
bool sandbox_available() {
  return false;
}
base::Result<void> enter_sandbox(const SandboxLimits &) {
  return {};
}
#else

bool sandbox_available() {
  return true;
}

base::Result<void> enter_sandbox(const SandboxLimits &limits) {
  const rlimit memory{limits.memory_bytes, limits.memory_bytes};
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_DATA, &memory);
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_FSIZE, &none);
  ::setrlimit(RLIMIT_NPROC, &none);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return base::fail(base::ErrorKind::internal, "the sandbox cannot be entered: no_new_privs was refused");

  // Only what reading, allocating and answering need.
  static constexpr int kAllowed[] = {
      SCMP_SYS(read),
      SCMP_SYS(write),
      SCMP_SYS(writev),
      SCMP_SYS(recvmsg),
      SCMP_SYS(sendmsg),
      SCMP_SYS(close),
      SCMP_SYS(mmap),
      SCMP_SYS(munmap),
      SCMP_SYS(mremap),
      SCMP_SYS(madvise),
      SCMP_SYS(brk),
      SCMP_SYS(mprotect),
      SCMP_SYS(mlock),
      SCMP_SYS(munlock),
      SCMP_SYS(futex),
      SCMP_SYS(exit),
      SCMP_SYS(exit_group),
      SCMP_SYS(clock_gettime),
      SCMP_SYS(gettimeofday),
      SCMP_SYS(getrandom),
      SCMP_SYS(fstat),
      SCMP_SYS(newfstatat),
      SCMP_SYS(lseek),
      SCMP_SYS(rt_sigreturn),
      SCMP_SYS(rt_sigprocmask),
      SCMP_SYS(rt_sigaction),
      SCMP_SYS(sigaltstack),
      SCMP_SYS(getpid),
      SCMP_SYS(gettid),
      SCMP_SYS(tgkill),
      SCMP_SYS(sched_yield),
      SCMP_SYS(sched_getaffinity),
      SCMP_SYS(rseq),
      SCMP_SYS(set_robust_list),
      SCMP_SYS(restart_syscall),
      SCMP_SYS(getrusage),
      SCMP_SYS(sysinfo),
      SCMP_SYS(nanosleep),
      SCMP_SYS(clock_nanosleep),
      SCMP_SYS(poll),
  };
  // Refused but not deadly: libraries probe for files (character sets, time zones) and go on without. Nor can
  // a thread be made: whoever needs one has made it before (mail/openpgp.cpp), and it is in the sandbox as
  // well.
  static constexpr int kRefused[] = {
      SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(access),  SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
      SCMP_SYS(stat),       SCMP_SYS(lstat),  SCMP_SYS(statx),   SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
      SCMP_SYS(getdents64), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(ioctl),     SCMP_SYS(uname),
      SCMP_SYS(prlimit64),  SCMP_SYS(clone),  SCMP_SYS(clone3),
  };
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  bool built = filter != nullptr && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0;
  for (const int call : kAllowed) built = built && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  for (const int call : kRefused)
    built = built && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0) == 0;
  built = built && seccomp_load(filter) == 0;
  if (filter != nullptr) seccomp_release(filter);
  if (!built)
    return base::fail(base::ErrorKind::internal,
                      "the sandbox cannot be entered: the kernel refuses seccomp filters");
  return {};
}
#endif

}  // namespace dislodge::engine
