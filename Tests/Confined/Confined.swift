import Glibc
import Workers

/// A worker that does what it is asked, also what it may not: each request names one deed, and the answer is the error number.
@main
enum Confined {
    static func main() {
        if CommandLine.arguments.dropFirst() == ["behind the second wall"] { return second() }
        WorkerService.serve { request, descriptors in
            for descriptor in descriptors { close(descriptor) }
            let deed = String(decoding: request.json, as: UTF8.self)
            if deed == "secrets" { return Array("\(request.secrets)".utf8) }
            return Array("\(Deeds.do(deed, descriptors.count))".utf8)
        }
    }

    /// What Landlock alone refuses, on standard output.
    private static func second() {
        guard (try? Confinement.forbidFiles()) == true else { return print("none") }
        let deeds = ["nothing", "read a file", "write a file", "look at a folder", "connect"]
        print(deeds.map { "\($0) \(Deeds.do($0, 0))" }.joined(separator: ", "))
    }
}

enum Deeds {
    /// Does it.
    ///
    /// - Returns: 0 where it was possible, else the number of the error.
    static func `do`(_ deed: String, _ descriptors: Int) -> Int32 {
        errno = 0
        switch deed {
        case "nothing": return 0
        case "count": return Int32(descriptors)
        case "read a file": return fault(open("/etc/hostname", O_RDONLY))
        case "write a file": return fault(open("/tmp/confined", O_WRONLY | O_CREAT, 0o600))
        case "remove a file": return fault(unlink("/tmp/none"))
        case "look at a folder": return opendir("/tmp") == nil ? errno : 0
        case "look into a process": return fault(open("/proc/1/mem", O_RDONLY))
        case "open a socket": return fault(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        case "open a local socket": return fault(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        case "make a pair":
            var ends: [Int32] = [0, 0]
            return fault(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends))
        case "become a program": return fault(execv("/bin/true", [strdup("true"), nil]))
        case "start a program": return spawned()
        case "start a thread": return threaded()
        case "end its parent": return fault(kill(getppid(), 0))
        case "make memory to execute":
            let made = mmap(
                nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return made == MAP_FAILED ? errno : 0
        case "make memory of its own executable":
            let made = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return fault(mprotect(made, 4096, PROT_READ | PROT_EXEC))
        case "take all memory": return taken()
        case "become somebody else": return fault(setuid(65_534))
        case "connect": return connected()
        case "hang": while true { usleep(1000) }
        case "spin": while errno >= 0 { errno = 0 }
        case "trap": return Int32(deed.utf8.count) / Int32(descriptors)
        case "leave": exit(0)
        default: return -1
        }
        return 0
    }

    private static func fault(_ result: Int32) -> Int32 { result < 0 ? errno : 0 }

    private static func connected() -> Int32 {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(9).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                fault(Glibc.connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size)))
            }
        }
    }

    private static func spawned() -> Int32 {
        var id: pid_t = 0
        return posix_spawn(&id, "/bin/true", nil, nil, [strdup("true"), nil], [nil])
    }

    private static func threaded() -> Int32 {
        var thread = pthread_t()
        return pthread_create(&thread, nil, { _ in nil }, nil)
    }

    /// More than a worker may have.
    private static func taken() -> Int32 {
        let made = mmap(
            nil, 512 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return made == MAP_FAILED ? errno : 0
    }
}
