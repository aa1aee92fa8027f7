/// What ends the asking of a directory before there is a person.
enum DirectoryFault: Error, Equatable {
    /// The person is not let in.
    case refused(DirectoryRefusal, String)
    /// The directory, or the way to it, is at fault.
    case broken(String)
}

extension DirectoryFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(let code, let reason): "\(code.rawValue): \(reason)"
        case .broken(let reason): reason
        }
    }
}
