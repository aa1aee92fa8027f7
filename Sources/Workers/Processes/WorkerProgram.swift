/// What is executed as a worker: a program that calls ``WorkerService`` at once.
public struct WorkerProgram: Sendable, Equatable {
    /// Its path.
    public var path: String
    /// Its arguments, without its own name.
    public var arguments: [String]
    /// Its whole environment.
    public var environment: [String: String]

    /// Names a program.
    ///
    /// What is freed in a worker is overwritten at once: libraries in C don't wipe the passwords that they copy.
    ///
    /// - Parameters:
    ///   - path: The program; this very one by default, in the version that runs even where the file was replaced.
    ///   - arguments: What makes it a worker.
    ///   - libraries: Where the loader finds libraries, if this process was told (`LD_LIBRARY_PATH`).
    public init(path: String = "/proc/self/exe", arguments: [String], libraries: String? = nil) {
        self.path = path
        self.arguments = arguments
        environment = ["LDAPNOINIT": "1", "GLIBC_TUNABLES": "glibc.malloc.perturb=85"]
        environment["LD_LIBRARY_PATH"] = libraries
    }
}
