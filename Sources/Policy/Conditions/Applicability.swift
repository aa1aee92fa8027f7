/// Whether a rule applies; unknown when it rests on something that is not known.
///
/// Of several unknown attributes, the first in the order of the cases is named.
enum Applicability: UInt8, CaseIterable {
    case no, yes
    case unknownTags, unknownSourceIP, unknownStrength, unknownCertificateAge, unknownHTTP

    /// What a refusal says about an unknown attribute.
    var reason: String {
        switch self {
        case .no, .yes: "no rule allows it"
        case .unknownTags: "unknown(tags)"
        case .unknownSourceIP: "unknown(source_ip)"
        case .unknownStrength: "unknown(auth_strength)"
        case .unknownCertificateAge: "unknown(cert_age)"
        case .unknownHTTP: "unknown(http)"
        }
    }
}
