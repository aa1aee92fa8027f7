internal import Auth
internal import StrictJSON

/// What relying parties read of us as an issuer of tokens.
enum IssuerAnswers {
    /// RFC 7517 section 5.
    static func keys(_ asked: ReadTokenKeys, _ keys: [PublishedKey]) -> Answer {
        var writer = JSONWriter(capacity: 1_024)
        keys.writeSet(to: &writer)
        return forAll(writer.bytes)
    }

    /// OpenID Connect Discovery 1.0 section 3, without the endpoints that are not here: nobody signs on by this.
    static func metadata(_ asked: ReadIssuer, _ found: ReadIssuer.Success) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"issuer\":")
        writer.string(found.issuer)
        writer.raw(",\"jwks_uri\":")
        writer.string(found.issuer + "/keys")
        writer.raw(",\"grant_types_supported\":")
        writer.strings([ExchangeForm.grantType])
        writer.raw(",\"response_types_supported\":[],\"subject_types_supported\":[\"public\"]")
        writer.raw(",\"id_token_signing_alg_values_supported\":[\"ES256\"]}")
        return forAll(writer.bytes)
    }

    /// An answer that is the same for everybody, and may be kept as long as a key is surely published.
    static func forAll(_ body: [UInt8]) -> Answer {
        var answer = Answer(status: 200, body: body)
        answer.caching = .forAll
        return answer
    }
}
