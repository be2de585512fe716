"""Programs that reach for what is not theirs."""

from hostile.snippet import denied, ends, libc

READING = {
    "passwords": denied("open('/etc/passwd').read()"),
    "somebody's file": denied("print(open(CANARY).read())"),
    "the repository": denied("open(REPOSITORY + '/README.md').read()"),
    "somebody's folder": denied("import os; os.listdir(os.path.dirname(CANARY))"),
    "the parent's environment": denied("""
        import os
        print(open(f'/proc/{os.getppid()}/environ').read())
    """),
    "somebody's environment": denied("print(open(f'/proc/{OTHER}/environ').read())"),
    "the parent's memory": denied("""
        import os
        open(f'/proc/{os.getppid()}/mem', 'rb')
    """),
    "the root of another process": denied("""
        import os
        os.listdir(f'/proc/{OTHER}/root/etc')
    """),
    "a link out": denied("""
        import os
        os.symlink(CANARY, 'link')
        print(open('link').read())
    """),
    "a hard link out": denied("""
        import os
        os.link(CANARY, 'link')
        print(open('link').read())
    """),
    "upward": denied("print(open('../' * 20 + CANARY[1:]).read())"),
    "what was open before": ends(
        "ok",
        """
        import os
        for f in range(4, 64):
            try: print('ESCAPED', f, os.fstat(f))
            except OSError: pass
        """,
    ),
    "the disk itself": ends(
        "ok",
        """
        import os
        for device in ['/dev/sda', '/dev/vda', '/dev/mem', '/dev/kmsg']:
            try: print('ESCAPED', os.open(device, os.O_RDONLY))
            except OSError: pass
        """,
    ),
    "its environment": ends(
        "ok",
        """
        import os
        if set(os.environ) != {'HOME', 'TMPDIR'}: print('ESCAPED', os.environ)
        """,
    ),
    "the course's code": ends(
        "ok",
        """
        import importlib
        for name in ('utils', 'course', 'torch', 'pytest'):
            try: print('ESCAPED', importlib.import_module(name))
            except ImportError: pass
        """,
    ),
}

WRITING = {
    "a file elsewhere": denied("""
        import os
        open(os.path.dirname(CANARY) + '/new', 'w')
    """),
    "overwriting": denied("open(CANARY, 'w').write('gone')"),
    "overwriting through a link": denied("""
        import os
        os.symlink(CANARY, 'link')
        open('link', 'w').write('gone')
    """),
    "deleting": denied("import os; os.remove(CANARY)"),
    "deleting everything": ends(
        "ok",
        """
        import os, shutil
        shutil.rmtree(os.path.dirname(CANARY), ignore_errors=True)
        """,
    ),
    "moving": denied("import os; os.rename(CANARY, 'mine')"),
    "cutting": denied("import os; os.truncate(CANARY, 0)"),
    "cutting while reading": denied("""
        import os
        os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)
    """),
    "changing permissions": denied("import os; os.chmod(CANARY, 0o777)"),
    "changing dates": denied("import os; os.utime(CANARY, (0, 0))"),
    "the standard library": denied("import os; open(os.__file__, 'a')"),
    "a huge file": ends(
        "disk", "f = open('a', 'wb')\nwhile True: f.write(b'x' * 10**6)"
    ),
    "many large files": ends(
        "disk", "for i in range(10**6): open(str(i), 'wb').write(b'x' * 10**6)"
    ),
    "many empty files": ends(
        "disk",
        """
        for i in range(10**6): open(str(i), 'wb').close()
        while True: pass
        """,
    ),
    "folders without end": ends(
        "disk", "import os\nwhile True: os.mkdir('a'); os.chdir('a')"
    ),
    "a folder to hide things in": denied("import os; os.mkdir('a', 0o300)"),
    "hiding things by default": denied("import os; os.umask(0o777)"),
}

NETWORK = {
    "TCP to a listener": denied("""
        import socket
        socket.create_connection(('127.0.0.1', PORT))
    """),
    "HTTP": denied("""
        from urllib.request import urlopen
        urlopen(f'http://127.0.0.1:{PORT}/', timeout=1)
    """),
    "UDP": denied("""
        import socket as s
        s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))
    """),
    "Unix socket": denied("""
        import socket
        socket.socket(socket.AF_UNIX).connect(SOCKET)
    """),
    "Unix datagrams through a pair": denied("""
        import socket as s
        mine, _ = s.socketpair(s.AF_UNIX, s.SOCK_DGRAM)
        mine.sendto(b'x', DATAGRAMS)
    """),
    "names": denied("import socket; socket.getaddrinfo('example.org', 80)"),
    "listening": denied("import socket; socket.create_server(('127.0.0.1', 0))"),
    "raw packets": denied("""
        import socket as s
        s.socket(s.AF_PACKET, s.SOCK_RAW)
    """),
    "kernel routes": denied("""
        import socket as s
        s.socket(s.AF_NETLINK, s.SOCK_RAW)
    """),
    "a socket past Python": libc("socket(2, 1, 0)"),
    "io_uring, which needs no other call": libc(
        "syscall(425, 8, ctypes.c_buffer(120))"
    ),
}

OTHERS = {
    "killing the parent": denied("import os; os.kill(os.getppid(), 9)"),
    "killing its group": denied("import os; os.kill(0, 15)"),
    "signalling everything": denied("import os; os.kill(-1, 0)"),
    "killing somebody": denied("import os; os.kill(OTHER, 9)"),
    "killing through a handle": denied("""
        import os, signal
        signal.pidfd_send_signal(os.pidfd_open(OTHER), 9)
    """),
    "killing through a pipe's owner": denied("""
        import os, fcntl
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, OTHER)
        fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)
        os.write(w, b'x')
    """),
    "tracing": libc("ptrace(16, OTHER, 0, 0)"),
    "reading another memory": libc("process_vm_readv(OTHER, 0, 0, 0, 0, 0)"),
    "slowing somebody down": denied("""
        import os
        os.setpriority(os.PRIO_PROCESS, OTHER, 19)
    """),
    "limiting somebody": denied("""
        import resource as r
        r.prlimit(OTHER, r.RLIMIT_CPU, (1, 1))
    """),
    "moving somebody to one processor": denied("""
        import os
        os.sched_setaffinity(OTHER, {0})
    """),
    "going on when the supervisor ends": libc("prctl(1, 0, 0, 0, 0)"),
}

POWERS = {
    "becoming root": libc("setresuid(0, 0, 0)"),
    "new namespaces": libc("unshare(0x10000000)"),
    "another's namespaces": libc("setns(0, 0)"),
    "another root folder": denied("import os; os.chroot('.')"),
    "mounting": libc("mount(b'tmpfs', b'.', b'tmpfs', 0, 0)"),
    "a device of its own": denied("""
        import os, stat
        os.mknod('null', stat.S_IFCHR | 0o666, os.makedev(1, 3))
    """),
    "the machine's name": denied("""
        import os, socket
        socket.sethostname(os.uname().nodename)
    """),
    "the machine's clock": denied("""
        import time
        time.clock_settime(time.CLOCK_REALTIME, time.time())
    """),
    "keys of the kernel": libc("syscall(250, 1, 0, 0, 0, 0)"),  # keyctl on x86-64
    "programs in the kernel": libc("syscall(321, 0, 0, 0)"),  # bpf on x86-64
    "restarting the machine": libc("reboot(0)"),
}

# Attacks that are known to work on an unprotected machine, and do little harm there.
REAL = (
    *("passwords", "somebody's file", "the repository", "somebody's folder"),
    *("somebody's environment", "a link out", "a hard link out", "upward"),
    *("a file elsewhere", "overwriting", "overwriting through a link", "deleting"),
    *("moving", "cutting", "changing permissions", "changing dates"),
    *("TCP to a listener", "UDP", "Unix socket", "Unix datagrams through a pair"),
    *("listening", "killing somebody", "killing through a handle"),
    *("killing through a pipe's owner", "slowing somebody down", "limiting somebody"),
    *("moving somebody to one processor",),
    *("fork", "thread", "shell", "subprocess", "spawn", "multiprocessing"),
    *("becoming a shell", "shared memory by name"),
)
