/// Ports on loopback that nobody has at the moment.
package enum LoopbackPorts {
    package static func free(_ count: Int) throws -> [Int] {
        let script = """
            import socket
            taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(\(count))]
            print(*[one.getsockname()[1] for one in taken])
            """
        let result = try Shell.run(["python3", "-c", script])
        let ports = result.output.split { $0.isWhitespace }.compactMap { Int($0) }
        guard ports.count == count else { throw TestFault(description: result.error) }
        return ports
    }
}
