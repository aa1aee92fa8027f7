internal import Crypto
internal import Foundation
internal import NIOSSL
internal import PKI
internal import Policy

/// The agent's own SVID with its key.
struct AgentIdentity: Sendable {
    let spiffeID: SPIFFEID
    let keyPEM: String
    let chainPEM: String
    let startNanoseconds: Int64
    let expiresNanoseconds: Int64

    /// The text of the file that holds it.
    var text: String { keyPEM + chainPEM }

    /// Reads what `text` wrote, and verifies it against the bundles.
    ///
    /// - Throws: `AgentError.files`.
    init(text: String, trust: TrustStore, nowNanoseconds: Int64) throws(AgentError) {
        let mark = "-----BEGIN CERTIFICATE-----"
        guard let start = text.range(of: mark) else { throw .files("no certificate in it") }
        do {
            try self.init(
                keyPEM: String(text[..<start.lowerBound]),
                chainPEM: String(text[start.lowerBound...]), trust: trust,
                nowNanoseconds: nowNanoseconds)
        } catch {
            throw .files(error.description)
        }
    }

    /// Takes what the gateway issued, if it is for that key and valid.
    ///
    /// - Throws: `AgentError.badAnswer`.
    init(
        keyPEM: String, chainPEM: String, trust: TrustStore, nowNanoseconds: Int64
    ) throws(AgentError) {
        let chain = try IssuedChain(
            keyPEM: keyPEM, chainPEM: chainPEM, trust: trust, nowNanoseconds: nowNanoseconds)
        self.keyPEM = keyPEM
        self.chainPEM = chainPEM
        spiffeID = chain.peer.spiffeID
        startNanoseconds = chain.peer.notBeforeNanoseconds
        expiresNanoseconds = chain.peer.notAfterNanoseconds
    }
}

/// A chain that was verified, and that belongs to a key.
struct IssuedChain {
    let peer: VerifiedPeer
    /// DER certificates, leaf first.
    let certificates: [[UInt8]]
    /// PKCS#8 DER.
    let key: [UInt8]

    init(
        keyPEM: String, chainPEM: String, trust: TrustStore, nowNanoseconds: Int64
    ) throws(AgentError) {
        do {
            let key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
            let certificates = try NIOSSLCertificate.fromPEMBytes(Array(chainPEM.utf8))
            guard let leaf = certificates.first,
                try leaf.extractPublicKey().toSPKIBytes() == Array(key.publicKey.derRepresentation)
            else { throw AgentError.badAnswer("the certificate is not for our key") }
            self.key = Array(key.derRepresentation)
            self.certificates = try certificates.map { try $0.toDERBytes() }
        } catch let error as AgentError {
            throw error
        } catch {
            throw .badAnswer("a key or certificate can't be read")
        }
        switch SVIDVerifier(trust: trust).verify(
            UnverifiedChain(derCertificates: certificates), nowNanoseconds: nowNanoseconds)
        {
        case .success(let peer): self.peer = peer
        case .failure(let refusal): throw .badAnswer(refusal.reason)
        }
    }
}
