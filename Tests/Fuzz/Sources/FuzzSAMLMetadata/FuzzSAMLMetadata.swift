@testable import SAML
import XML

/// Reads any bytes as a document, and as the metadata of a SAML provider.
///
/// INVARIANT: the form of what was read, read again, is the same tree, so that no two trees have one form.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSAMLMetadata(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let metadata = try? SAMLMetadata(bytes, entityID: nil, signers: nil)
    if let metadata {
        _ = metadata.isValid(atSeconds: 1_795_910_400)
        if metadata.certificates.isEmpty || metadata.signOn.isEmpty {
            fatalError("metadata without a key or a place is taken")
        }
        let addresses = (metadata.signOn + metadata.signOff).map(\.location)
        if !addresses.allSatisfy({ $0.hasPrefix("http") }) { fatalError("a place is no address") }
    }
    if (try? SAMLMetadata(bytes, entityID: nil, signers: [])) != nil {
        fatalError("metadata is taken that nobody signed")
    }
    guard let root = try? XMLReader.read(bytes) else { return 0 }
    let form = ExclusiveCanonicalForm.bytes(of: root)
    guard let again = try? XMLReader.read(form) else {
        // The form may be longer than a document may be.
        if form.count <= XMLLimits.documentBytesMax { fatalError("the form is no document") }
        return 0
    }
    if ExclusiveCanonicalForm.bytes(of: again) != form { fatalError("the form has another form") }
    return 0
}
