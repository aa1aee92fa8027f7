internal import PKI
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of `/api/maxine/ca`.
enum AuthorityRoutes {
    static let all: [Route] =
        [
            Route(
                .get, ["ca"], decode: { _ throws(Problem) in ListAuthorities() }, encode: listing),
            Route(
                .post, ["ca", "prepare"], takesBody: true,
                sample: RouteSample(body: #"{"kind":"root","crossSign":true}"#),
                decode: { input throws(Problem) in
                    RotateAuthority(step: try AuthorityBody(input.body).preparation())
                }, encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "activate"], takesBody: true,
                sample: RouteSample(body: #"{"kind":"intermediate"}"#),
                decode: { input throws(Problem) in
                    RotateAuthority(step: try AuthorityBody(input.body).activation())
                }, encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "csr"], decode: { _ throws(Problem) in RequestAuthority() },
                encode: { _, made in
                    var writer = JSONWriter(capacity: 1024)
                    writer.raw("{\"csr\":")
                    writer.string(made.csrPEM)
                    writer.raw("}")
                    return Answer(status: 200, body: writer.bytes)
                }),
            Route(
                .post, ["ca", "install"], takesBody: true,
                sample: RouteSample(body: #"{"certificate":"-----BEGIN CERTIFICATE-----"}"#),
                decode: { input throws(Problem) in
                    RotateAuthority(step: .install(try AuthorityBody(input.body).certificate()))
                }, encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "install-crl"], takesBody: true,
                sample: RouteSample(body: #"{"crl":"-----BEGIN X509 CRL-----"}"#),
                decode: { input throws(Problem) in
                    RotateAuthority(step: .installList(try AuthorityBody(input.body).list()))
                }, encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "rotate"],
                decode: { _ throws(Problem) in RotateAuthority(step: .rotate) },
                encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "taint"], takesBody: true, sample: sample,
                decode: { input throws(Problem) in
                    TaintAuthority(step: .taint(try AuthorityBody(input.body).authority()))
                }, encode: { done($0.step, $1) }),
            Route(
                .post, ["ca", "revoke"], takesBody: true, sample: sample,
                decode: { input throws(Problem) in
                    RevokeAuthority(step: .revoke(try AuthorityBody(input.body).authority()))
                }, encode: { done($0.step, $1) }),
        ] + CompromiseRoutes.all

    private static let sample = RouteSample(
        body: #"{"authority":"0123456789abcdef0123456789abcdef01234567"}"#)

    static func done(_ step: AuthorityStep, _ change: AuthorityChange) -> Answer {
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

    private static func write(_ list: InstalledList, to writer: inout JSONWriter) {
        writer.raw(",\"crl\":{\"number\":")
        writer.integer(list.number)
        for (name, seconds) in [
            ("thisUpdate", list.thisUpdateSeconds), ("nextUpdate", list.nextUpdateSeconds),
        ] {
            writer.raw(",\"\(name)\":".utf8)
            writer.string(CivilTime.rfc3339(nanoseconds: seconds * 1_000_000_000))
        }
        writer.raw("}")
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
        writer.raw(",\"key\":{\"kept\":")
        writer.string(entry.key.word)
        if let name = entry.key.name {
            writer.raw(",\"name\":")
            writer.string(name)
        }
        writer.raw("}")
        if let list = entry.list { write(list, to: &writer) }
        writer.raw(",\"leaves\":")
        writer.integer(entry.leaves)
        if authority.kind == .root, authority.stage == .prepared {
            writer.raw(",\"awaited\":")
            writer.integer(entry.awaited.count)
            writer.raw(",\"awaits\":")
            writer.strings(entry.awaited.prefix(PKILimits.laggardsNamedMax))
        }
        writer.raw("}")
    }
}
