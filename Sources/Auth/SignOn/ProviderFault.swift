/// Why a provider vouches for nobody.
public enum ProviderFault: Error, Equatable, Sendable {
    /// The person is not let in: a stable word and a sentence, both for the record only.
    case refused(code: String, reason: String)
    /// The provider can't be asked, or makes no sense; nobody is to blame for it.
    case unavailable(reason: String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .refused(let code, _): code
        case .unavailable: "provider_unavailable"
        }
    }
}

extension ProviderFault: CustomStringConvertible {
    /// One line for the record.
    public var description: String {
        switch self {
        case .refused(let code, let reason): "\(code): \(reason)"
        case .unavailable(let reason): "\(code): \(reason)"
        }
    }
}
