/// Which requirement of which framework is met by which records and members.
///
/// A help for those who fill in an assessment, not legal advice: the texts of the standards count.
public struct Control: Sendable, Equatable {
    /// `pci`, `soc2`, `hipaa`, `iso27001`, `nist` or `gdpr`.
    public let framework: Framework
    /// The requirement's number.
    public let id: String
    /// What it asks for, in short words of ours.
    public let asks: String
    /// The groups of events that answer it; none if it is about the log as such.
    public let groups: [EventKind.Group]
    /// The members of a record, or the means, that answer it.
    public let evidence: String

    /// The frameworks that bundles know.
    public enum Framework: String, Sendable, CaseIterable {
        case pci
        case soc2
        case hipaa
        case iso27001
        case nist
        case gdpr

        /// The framework's name as people write it.
        public var title: String {
            switch self {
            case .pci: "PCI DSS 4.0.1"
            case .soc2: "SOC 2 (Trust Services Criteria)"
            case .hipaa: "HIPAA Security Rule"
            case .iso27001: "ISO/IEC 27001:2022 Annex A"
            case .nist: "NIST SP 800-53 Rev. 5"
            case .gdpr: "GDPR"
            }
        }
    }

    init(
        _ framework: Framework, _ id: String, _ asks: String, _ groups: [EventKind.Group],
        _ evidence: String
    ) {
        self.framework = framework
        self.id = id
        self.asks = asks
        self.groups = groups
        self.evidence = evidence
    }
}
