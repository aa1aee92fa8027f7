import Crypto
public import Policy
import SwiftASN1
import Text
import X509

/// The registry's own identity for its listeners; the key exists in memory only.
public struct ServerIdentity: Sendable {
    /// The identity.
    public let spiffeID: SPIFFEID
    /// The leaf and its intermediate as DER, in the order in which they are sent.
    public let chainDER: [[UInt8]]
    /// The private key, PKCS#8 DER.
    public let privateKeyDER: [UInt8]
    /// The serial number, lower-case hexadecimal.
    public let serial: String
    /// The end of the validity, nanoseconds since the Unix epoch.
    public let expiresAtNanoseconds: Int64
    /// The key identifier of the authority that signed it, lower-case hexadecimal.
    public let issuerKeyID: String
    /// What has to be on record before it is used.
    public let issued: IssuedLeaf
}

extension TrustDomainStore {
    /// Makes an identity with a new key, for these names and addresses besides `localhost`.
    ///
    /// - Parameters:
    ///   - dnsNames: More DNS names, in ASCII.
    ///   - ipAddresses: Addresses as 4 or 16 bytes each.
    ///   - nowNanoseconds: The time of issue.
    /// - Returns: The identity with its key.
    /// - Throws: `PKIError.notIssued` for a name or address that can't stand in a certificate.
    public func serverIdentity(
        dnsNames: [String] = [], ipAddresses: [[UInt8]] = [], nowNanoseconds: Int64
    ) throws(PKIError) -> ServerIdentity {
        let names = try alternativeNames(dnsNames, ipAddresses)
        let service = ServiceIdentity(
            trustDomain: configuration.trustDomain, namespace: TrustDomainNames.ownNamespace,
            datacenter: configuration.datacenter, service: TrustDomainNames.ownService)
        guard let id = try? configuration.rules.template.spiffeID(for: service) else {
            throw .notIssued(
                "\(quote(configuration.datacenter)) can't stand in a SPIFFE ID")
        }
        let key = P256.Signing.PrivateKey()
        let svid = try authority.sign(
            subjectPublicKeyInfo: Array(key.publicKey.derRepresentation), id: id, names: names,
            ttlSeconds: configuration.serverSeconds, ttlSecondsMax: configuration.serverSeconds,
            nowNanoseconds: nowNanoseconds)
        return ServerIdentity(
            spiffeID: id, chainDER: svid.chainDER, privateKeyDER: Array(key.derRepresentation),
            serial: svid.serial, expiresAtNanoseconds: svid.expiresAtNanoseconds,
            issuerKeyID: svid.issuerKeyID, issued: IssuedLeaf(svid))
    }

    private func alternativeNames(
        _ dnsNames: [String], _ addresses: [[UInt8]]
    ) throws(PKIError) -> [GeneralName] {
        var names: [GeneralName] = []
        for name in ["localhost"] + dnsNames where !names.contains(.dnsName(name)) {
            guard isHostName(name) else {
                throw .notIssued("\(quote(name)) is not a DNS name")
            }
            names.append(.dnsName(name))
        }
        for address in addresses {
            guard address.count == 4 || address.count == 16 else {
                throw .notIssued("an IP address of \(address.count) bytes")
            }
            names.append(.ipAddress(ASN1OctetString(contentBytes: address[...])))
        }
        return names
    }

    private func isHostName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.utf8.split(separator: 46, omittingEmptySubsequences: false).allSatisfy {
                label in
                (1...63).contains(label.count) && label.first != 45 && label.last != 45
                    && label.allSatisfy {
                        (97...122).contains($0) || (65...90).contains($0)
                            || (48...57).contains($0) || $0 == 45
                    }
            }
    }
}
