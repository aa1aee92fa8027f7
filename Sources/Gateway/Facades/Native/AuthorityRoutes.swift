internal import NIOCore
internal import PKI
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of `/api/maxine/ca`.
enum AuthorityRoutes {
    static let all: [Route] = [
        Route(
            .get, ["ca"], decode: { _ throws(Problem) in ListAuthorities() }, encode: listing),
        Route(
            .post, ["ca", "prepare"],
            decode: { _ throws(Problem) in RotateAuthority(step: .prepare) },
            encode: { done($0.step, $1) }),
        Route(
            .post, ["ca", "activate"],
            decode: { _ throws(Problem) in RotateAuthority(step: .activate) },
            encode: { done($0.step, $1) }),
        Route(
            .post, ["ca", "rotate"],
            decode: { _ throws(Problem) in RotateAuthority(step: .rotate) },
            encode: { done($0.step, $1) }),
        Route(
            .post, ["ca", "taint"], takesBody: true, sample: sample,
            decode: { input throws(Problem) in
                TaintAuthority(step: .taint(try authority(input.body)))
            }, encode: { done($0.step, $1) }),
        Route(
            .post, ["ca", "revoke"], takesBody: true, sample: sample,
            decode: { input throws(Problem) in
                RevokeAuthority(step: .revoke(try authority(input.body)))
            }, encode: { done($0.step, $1) }),
    ]

    private static let sample = RouteSample(
        body: #"{"authority":"0123456789abcdef0123456789abcdef01234567"}"#)

    /// Reads `{authority}`.
    private static func authority(_ body: ByteBuffer?) throws(Problem) -> String {
        let value = try jsonBody(body)
        try value.check("$", members: ["authority"])
        guard let text = value["authority"]?.string else {
            throw .malformed("$.authority: expected a key identifier, as GET /ca lists them")
        }
        guard (1...PKILimits.keyIdentifierBytesMax * 2).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            throw .impossible(
                "$.authority: \(quote(text)) is no key identifier in lower-case hexadecimal")
        }
        return text
    }

    private static func done(_ step: AuthorityStep, _ change: AuthorityChange) -> Answer {
        var writer = JSONWriter()
        writer.raw("{\"step\":")
        writer.string(step.name)
        for (state, keyIDs) in change.parts {
            writer.raw(",\"\(state)\":".utf8)
            writer.strings(keyIDs)
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func listing(_ asked: ListAuthorities, _ found: AuthorityListing) -> Answer {
        var writer = JSONWriter(capacity: 256 + found.authorities.count * 384)
        writer.raw("{\"trustDomain\":")
        writer.string(found.trustDomain)
        writer.raw(",\"authorities\":[")
        for (index, entry) in found.authorities.enumerated() {
            if index > 0 { writer.raw(",") }
            write(entry, to: &writer)
        }
        writer.raw("]}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ entry: AuthorityListing.Entry, to writer: inout JSONWriter) {
        let authority = entry.authority
        writer.raw("{\"authority\":")
        writer.string(authority.keyID)
        writer.raw(",\"kind\":")
        writer.string(authority.kind.rawValue)
        writer.raw(",\"state\":")
        writer.string(authority.stage.rawValue)
        if let issuer = authority.issuerKeyID {
            writer.raw(",\"issuer\":")
            writer.string(issuer)
        }
        for (name, time) in [
            ("since", Optional(authority.sinceNanoseconds)),
            ("notBefore", authority.notBeforeNanoseconds),
            ("expiresAt", authority.notAfterNanoseconds),
            ("leavesEndAt", authority.leavesEndNanoseconds),
        ] {
            guard let time else { continue }
            writer.raw(",\"\(name)\":".utf8)
            writer.string(CivilTime.rfc3339(nanoseconds: time))
        }
        writer.raw(",\"leaves\":")
        writer.integer(entry.leaves)
        writer.raw("}")
    }
}
