import SwiftASN1
import X509

/// The extensions that path validation processes; any other critical one is refused.
struct CertificateExtensions: Sendable {
    private(set) var basicConstraints: BasicConstraints?
    private(set) var basicConstraintsAreCritical = false
    private(set) var keyUsage: KeyUsage?
    private(set) var keyUsageIsCritical = false
    private(set) var extendedKeyUsage: ExtendedKeyUsage?
    private(set) var alternativeNames: [GeneralName] = []
    private(set) var alternativeNamesAreCritical = false
    private(set) var nameConstraints: NameConstraintSet?
    private(set) var subjectKeyIdentifier: [UInt8]?
    private(set) var authorityKeyIdentifier: [UInt8]?

    init(_ certificate: Certificate, element: Int) throws(PeerRefusal) {
        guard certificate.extensions.count <= PKILimits.extensionsMax else {
            throw .malformed(element: element, detail: "more than 32 extensions")
        }
        for `extension` in certificate.extensions {
            do {
                try take(`extension`, element: element)
            } catch let refusal as PeerRefusal {
                throw refusal
            } catch let flaw as DERFlaw {
                throw flaw.refusal(element: element)
            } catch {
                throw .malformed(
                    element: element, detail: "extension \(`extension`.oid) can't be read")
            }
        }
    }

    private mutating func take(_ ext: Certificate.Extension, element: Int) throws {
        switch ext.oid {
        case .X509ExtensionID.basicConstraints:
            basicConstraints = try BasicConstraints(ext)
            basicConstraintsAreCritical = ext.critical
        case .X509ExtensionID.keyUsage:
            keyUsage = try KeyUsage(ext)
            keyUsageIsCritical = ext.critical
        case .X509ExtensionID.extendedKeyUsage:
            extendedKeyUsage = try ExtendedKeyUsage(ext)
        case .X509ExtensionID.subjectAlternativeName:
            alternativeNames = Array(try SubjectAlternativeNames(ext))
            alternativeNamesAreCritical = ext.critical
            guard (1...PKILimits.alternativeNamesMax).contains(alternativeNames.count) else {
                throw DERFlaw.malformed("no or too many subject alternative names")
            }
        case .X509ExtensionID.nameConstraints:
            nameConstraints = try NameConstraintSet(ext, element: element)
        case .X509ExtensionID.subjectKeyIdentifier:
            try refuseCritical(ext, element: element)
            subjectKeyIdentifier = try keyIdentifier(SubjectKeyIdentifier(ext).keyIdentifier)
        case .X509ExtensionID.authorityKeyIdentifier:
            try refuseCritical(ext, element: element)
            authorityKeyIdentifier = try authorityKeyIdentifier(AuthorityKeyIdentifier(ext))
        default:
            try refuseCritical(ext, element: element)
        }
    }

    private func refuseCritical(_ ext: Certificate.Extension, element: Int) throws(PeerRefusal) {
        guard !ext.critical else {
            throw .unknownCriticalExtension(element: element, oid: "\(ext.oid)")
        }
    }

    private func keyIdentifier(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        guard (1...PKILimits.keyIdentifierBytesMax).contains(bytes.count) else {
            throw DERFlaw.malformed("a key identifier of \(bytes.count) bytes")
        }
        return Array(bytes)
    }

    private func authorityKeyIdentifier(_ value: AuthorityKeyIdentifier) throws -> [UInt8] {
        guard let bytes = value.keyIdentifier else {
            throw DERFlaw.malformed("an authority key identifier without the key identifier")
        }
        guard value.authorityCertIssuer == nil, value.authorityCertSerialNumber == nil else {
            throw DERFlaw.malformed("an authority key identifier that names a certificate")
        }
        return try keyIdentifier(bytes)
    }
}
