"""Programs that take without end, or end in strange ways."""

import sys

from hostile.snippet import denied, endless, ends, libc

TIME = {
    "endless loop": endless("while True: pass"),
    "sleep": endless("import time; time.sleep(1000)"),
    "one long operation in C": endless("pow(7, 10**8)"),
    "catastrophic regular expression": endless(
        "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')"
    ),
    "catching everything": endless("""
        while True:
            try:
                while True: pass
            except BaseException: pass
    """),
    "ignoring every signal": endless("""
        import signal
        for s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(s, signal.SIG_IGN)
        while True: pass
    """),
    "stopping itself": endless(
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    ),
    "closing its ends and staying": endless(
        "import os, time; os.closerange(0, 64); time.sleep(1000)"
    ),
    "saying it is done and staying": endless("""
        import os
        os.write(3, b'{"end": "ok", "code": 0, "value": "42"}\\n')
        while True: pass
    """),
    "waiting for input": denied("input()"),
}

PROCESSES = {
    "fork": denied("import os; os.fork()"),
    "fork bomb": denied("""
        import os, time
        for _ in range(200):
            if os.fork() == 0: time.sleep(20)
    """),
    "fork bomb that does not mind errors": endless("""
        import os, time
        while True:
            try:
                if os.fork(): print('ESCAPED')
                time.sleep(20)
            except OSError: pass
    """),
    "daemon by double fork": denied("""
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: time.sleep(20)
    """),
    "new session": denied("import os; os.setsid()"),
    "thread": denied("import threading; threading.Thread(target=print).start()"),
    "thread bomb": denied("""
        import _thread, time
        for _ in range(10**4): _thread.start_new_thread(time.sleep, (20,))
    """),
    "shell": denied("import os; assert os.system('true') == 0"),
    "subprocess": denied("import subprocess; subprocess.run(['true'], check=True)"),
    "spawn": denied("import os; os.posix_spawn('/bin/true', ['true'], {})"),
    "multiprocessing": denied("""
        import multiprocessing
        multiprocessing.get_context('fork').Process(target=print).start()
    """),
    "becoming a shell": denied("""
        import os
        os.execv('/bin/sh', ['sh', '-c', 'echo ESCAPED'])
    """),
    "fork past Python": libc("fork()"),
    "clone past the C library": libc("syscall(56, 17, 0, 0, 0, 0)"),  # on x86-64
}

MEMORY = {
    "balloon": ends("memory", "x = []\nwhile True: x.append('a' * 10**6)"),
    "one huge object": ends("memory", "bytearray(10**11)"),
    "huge mapping": denied("import mmap; mmap.mmap(-1, 10**10)"),
    "balloon that does not mind errors": endless("""
        x = []
        while True:
            try: x.append(bytearray(10**6))
            except MemoryError: pass
    """),
    "recursion": denied("def f(): f()\nf()"),
    "recursion in C without a bound": ends(
        # Python 3.12 began to count it apart from the limit that a program can set.
        "crashed" if sys.version_info < (3, 12) else "error",
        """
        import sys
        sys.setrecursionlimit(10**9)
        class A:
            def __getattr__(self, name): return getattr(self, name)
        A().x
        """,
    ),
    "memory outside the address space": libc("memfd_create(b'x', 0)"),
    "shared memory that would stay": libc("shmget(0, 4096, 0o1600)"),
    "shared memory by name": denied("""
        from multiprocessing.shared_memory import SharedMemory
        SharedMemory(create=True, size=10)
    """),
    "raising its own limit": denied("""
        import resource as r
        r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY, r.RLIM_INFINITY))
    """),
}

OUTPUT = {
    "flood of stdout": ends("output", "while True: print('x' * 1000)"),
    "flood of stderr": ends(
        "output", "import sys\nwhile True: print('x' * 1000, file=sys.stderr)"
    ),
    "one huge line": ends("output", "print('x' * 10**8)"),
    "flood past Python": ends(
        "output", "import os\nwhile True: os.write(1, b'x' * 10**5)"
    ),
    "flood of reports": ends(
        "output", "import os\nwhile True: os.write(3, b'x' * 10**5)"
    ),
    "a report of nonsense": ends(
        "exit", "import os; os.write(3, b'[1]\\n\\xff{\\n'); os._exit(0)"
    ),
    "a report nested without end": ends(
        "exit", "import os; os.write(3, b'[' * 10**4 + b'\\n'); os._exit(0)"
    ),
    "a report of the wrong kind": ends(
        "exit",
        """
        import os
        os.write(3, b'{"end": ["ok"], "value": {}, "layers": []}\\n')
        os._exit(0)
        """,
    ),
    "a value without end": ends(
        "ok",
        """
        class A:
            def __repr__(self): return 'x' * 10**7
        A()
        """,
    ),
}

ENDS = {
    "os._exit": ends("exit", "import os; os._exit(0)\nassert False"),
    "SystemExit": ends("exit", "raise SystemExit\nassert False"),
    "KeyboardInterrupt": denied("raise KeyboardInterrupt"),
    "segmentation fault": ends("crashed", "import ctypes; ctypes.string_at(0)"),
    "abort": ends("crashed", "import os; os.abort()"),
    "killing itself": ends("crashed", "import os; os.kill(os.getpid(), 9)"),
    "closing its ends": ends("exit", "import os; os.closerange(0, 64)"),
    "a stdout that bites": ends(
        "ok",
        """
        import sys
        class Biting:
            def __getattr__(self, name): raise SystemExit(7)
        sys.stdout = sys.stderr = Biting()
        """,
    ),
    "breaking Python": ends(
        "exit",
        "import builtins, sys\nbuiltins.__dict__.clear()\nsys.modules.clear()",
    ),
    "not Python": denied("def (:"),
    "a null byte": denied("x = '\0'"),
    "brackets without end": denied("(" * 10**4),
}
