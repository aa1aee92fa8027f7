/// Why there is no protected connection to a server.
struct LinkFault: Error, Equatable {
    let reason: String
}

extension LinkFault: CustomStringConvertible {
    var description: String { reason }
}
