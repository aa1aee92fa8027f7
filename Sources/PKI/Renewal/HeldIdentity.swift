public import Policy

/// What the leaf of somebody's own certificate chain says: of whom it is, and its time.
///
/// Nothing is said about trust.
public struct HeldIdentity: Sendable, Equatable {
    /// The identity.
    public let spiffeID: SPIFFEID
    /// The serial number, lower-case hexadecimal.
    public let serial: String
    /// When it was issued, nanoseconds since the Unix epoch: our authorities set the beginning back.
    public let issuedNanoseconds: Int64
    /// When it ends, nanoseconds since the Unix epoch.
    public let endNanoseconds: Int64

    /// Reads the first certificate of a PEM text; `path` is for messages.
    ///
    /// - Throws: `PKIError.unusableFiles`.
    public init(pem: [UInt8], path: String) throws(PKIError) {
        do {
            let blocks = try PEMText.blocks(
                pem, max: PKILimits.bundleCertificatesMax, allowsText: true)
            guard let first = blocks.first(where: { $0.label == "CERTIFICATE" }) else {
                throw PEMText.Flaw()
            }
            let leaf = try ParsedCertificate(der: first.der, element: 0)
            spiffeID = try LeafRules.spiffeID(of: leaf)
            serial = leaf.serial
            endNanoseconds = leaf.notAfterNanoseconds
            issuedNanoseconds = min(
                Self.after(
                    leaf.notBeforeNanoseconds,
                    PKILimits.backdateSeconds * PKILimits.nanosecondsPerSecond), endNanoseconds)
        } catch {
            throw .unusableFiles("\(path) does not begin with the certificate of an identity")
        }
    }

    private static func after(_ moment: Int64, _ nanoseconds: Int64) -> Int64 {
        let (sum, overflows) = moment.addingReportingOverflow(nanoseconds)
        return overflows ? .max : sum
    }
}
