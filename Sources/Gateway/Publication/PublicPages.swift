internal import NIOCore
internal import PKI
internal import Wire

/// What is answered on the listener of revocations, and nothing else is: `GET /crl/<authority>.crl` (RFC 5280, RFC 2585 section 4), and
/// `GET /ocsp/<request>` and `POST /ocsp` (RFC 6960 appendix A).
///
/// It is public by nature and the same for everybody, so it needs no permit, as the pages of the metrics listener.
struct PublicPages: Sendable {
    let lists: ListKeeper
    let statuses: StatusPages
    let metrics: GatewayMetrics

    func answer(_ request: Request) -> Response {
        let path = request.withPathBytes { String(decoding: $0, as: UTF8.self) }
        if path == "/ocsp" || path.hasPrefix("/ocsp/") {
            return status(request, path.dropFirst("/ocsp/".utf8.count))
        }
        guard let authority = Self.authority(path) else {
            return refuse(404, "there are /crl/<key identifier of an authority>.crl and /ocsp\n")
        }
        guard request.method == .get || request.method == .head else {
            var response = refuse(405, "only GET and HEAD are answered here\n")
            response.fields.append(.init("allow", "GET, HEAD"))
            return response
        }
        guard let list = lists.list(of: authority) else {
            return refuse(
                404,
                lists.isMadeElsewhere(authority)
                    ? "the key of that authority is kept elsewhere, and so is its list\n"
                    : "there is no list of that authority\n")
        }
        metrics.listsServed.add()
        return Self.answer(list, isKnown: Self.names(request, list))
    }

    /// What became of one certificate.
    private func status(_ request: Request, _ asked: Substring) -> Response {
        switch request.method {
        case .get where !asked.isEmpty, .head where !asked.isEmpty:
            return statuses.answer(StatusPages.request(in: asked), isCacheable: true)
        case .post where asked.isEmpty:
            let type = request.header(.contentType)?.lowercased() ?? ""
            guard type == "application/ocsp-request" else {
                return refuse(415, "only application/ocsp-request is taken here\n")
            }
            return statuses.answer(
                request.body.map { Array($0.readableBytesView) }, isCacheable: false)
        default:
            var response = refuse(405, "GET and HEAD are answered with a request, POST without\n")
            response.fields.append(.init("allow", asked.isEmpty ? "POST" : "GET, HEAD"))
            return response
        }
    }

    private static func answer(_ list: SignedList, isKnown: Bool) -> Response {
        var response =
            isKnown
            ? Response(status: 304)
            : Response(status: 200, contentType: "application/pkix-crl", body: list.der)
        response.fields.append(.init("etag", tag(list)))
        response.fields.append(
            .init("last-modified", dateSeconds: list.issue.thisUpdateSeconds))
        response.fields.append(
            .init("cache-control", "public, max-age=\(PublicationLimits.cacheSeconds)"))
        return response
    }

    /// RFC 9110 section 13.1.2.
    private static func names(_ request: Request, _ list: SignedList) -> Bool {
        let tag = tag(list)
        return request.header(.ifNoneMatch)?.split(separator: ",").contains { item in
            let item = item.drop { $0 == " " }
            return item == tag || item == "W/" + tag || item == "*"
        } ?? false
    }

    private static func tag(_ list: SignedList) -> String { "\"\(list.issue.number)\"" }

    /// The key identifier that a list's path names.
    private static func authority(_ path: String) -> String? {
        guard path.hasPrefix("/crl/"), path.hasSuffix(".crl") else { return nil }
        let name = path.utf8.dropFirst(5).dropLast(4)
        guard (2...2 * PKILimits.keyIdentifierBytesMax).contains(name.count),
            name.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    func refuse(_ status: UInt16, _ text: String) -> Response {
        metrics.publicRefused.add()
        return Response(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }
}
