internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import StrictJSON

/// What the pages of the federation listener are made of.
struct FederationPages: Sendable {
    let trustDomain: TrustDomainStore
    /// The issuer of tokens, as OpenID clients know it.
    let issuer: String
}

/// One page of the federation listener.
struct FederationPage: SlowOperation {
    enum Kind: Sendable {
        /// The SPIFFE bundle (Federation section 5.2).
        case bundle
        /// OpenID Connect Discovery 1.0 section 3.
        case openIDConfiguration
        /// The JWT keys for OpenID clients.
        case openIDKeys
        /// A revocation list by its issuer's key identifier, `.crl` behind it allowed.
        case revocationList(String)
        /// An OCSP request.
        case status([UInt8])
    }

    /// Nil in the description of the rows only.
    let pages: FederationPages?
    let kind: Kind
    var reader: String?

    var resource: Resource { Resource() }
    var isChange: Bool { false }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID,
            permit.operation.action == .federationRead, let pages
        else { return SlowOutcome(.failure(.internalError("the permit is for something else"))) }
        do throws(PKIError) {
            return SlowOutcome(try answer(pages, now))
        } catch {
            return SlowOutcome(.failure(Problem(error)))
        }
    }

    private func answer(
        _ pages: FederationPages, _ now: Int64
    ) throws(PKIError) -> Result<Answer, Problem> {
        let store = pages.trustDomain
        let own = store.configuration.trustDomain
        guard let bundle = store.trust.snapshot.bundles[own] else {
            return .failure(.internalError("there is no own bundle"))
        }
        switch kind {
        case .bundle:
            if let reader {
                store.office.adoption.note(
                    "poller \(reader)", sequence: bundle.sequence, nowNanoseconds: now)
            }
            return .success(Answer(status: 200, json: BundleDocument.encode(bundle)))
        case .openIDKeys:
            return .success(Answer(status: 200, json: BundleDocument.encodeOpenIDKeys(bundle)))
        case .openIDConfiguration:
            return .success(Answer(status: 200, json: openIDConfiguration(pages)))
        case .revocationList(let name):
            let keyID = name.hasSuffix(".crl") ? String(name.dropLast(4)) : name
            guard
                let list = try store.office.revocationList(issuerKeyID: keyID, nowNanoseconds: now)
            else { return .failure(.notFound("no issuer \(quote(keyID)) of ours")) }
            return .success(Self.binary(list, "application/pkix-crl"))
        case .status(let request):
            let response = try store.office.certificateStatus(request, nowNanoseconds: now)
            return .success(Self.binary(response, "application/ocsp-response"))
        }
    }

    private func openIDConfiguration(_ pages: FederationPages) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"issuer\":")
        writer.string(pages.issuer)
        writer.raw(",\"jwks_uri\":")
        writer.string(pages.issuer + "/keys")
        writer.raw(",\"authorization_endpoint\":\"\",\"response_types_supported\":[\"id_token\"]")
        writer.raw(",\"subject_types_supported\":[\"public\"]")
        writer.raw(",\"id_token_signing_alg_values_supported\":[\"ES256\"]}")
        return writer.bytes
    }

    private static func binary(_ bytes: [UInt8], _ type: StaticString) -> Answer {
        var answer = Answer(status: 200, body: ByteBuffer(bytes: bytes))
        answer.contentType = type
        return answer
    }
}
