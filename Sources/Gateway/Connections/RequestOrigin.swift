internal import Auth
internal import Wire

/// Where a request says that it was made: in a page of ours, or in a foreign one that had a browser send our cookie along.
struct RequestOrigin {
    /// The names that are ours.
    let hosts: HostNames?
    /// Whether a proxy of ours stands before us, whose clients see the usual port.
    let isBehindProxy: Bool

    /// Whether it is ours by what browsers say and pages can't change: `Origin` (RFC 6454 section 7), `Sec-Fetch-Site`.
    ///
    /// Whoever says neither is refused: browsers say one at least, and who is none has no cookie.
    func isOurs(_ request: Request) -> Bool {
        let sites = request.headers(named: "sec-fetch-site")
        guard sites.allSatisfy({ $0 == "same-origin" }) else { return false }
        guard request.has(.origin) else { return sites.count == 1 }
        return request.withHeader(.origin) { origin in
            request.withHeader(.host) { isOurs(origin, $0) } ?? false
        } ?? false
    }

    private func isOurs(_ origin: UnsafeRawBufferPointer, _ host: UnsafeRawBufferPointer) -> Bool {
        let scheme = Array("https://".utf8)
        guard origin.starts(with: scheme) else { return false }
        let named = UnsafeRawBufferPointer(rebasing: origin.dropFirst(scheme.count))
        guard let port = Self.port(of: named), hosts?.holds(named) == true else { return false }
        return port == Self.port(of: host) || (isBehindProxy && port == Self.usualPort)
    }

    private static let usualPort = 443

    /// The port of `host[:port]`; nil where it is no such text.
    private static func port(of authority: UnsafeRawBufferPointer) -> Int? {
        var rest = authority[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            rest = rest[(end + 1)...]
        } else {
            rest = rest.drop { $0 != UInt8(ascii: ":") }
        }
        guard let colon = rest.first else { return usualPort }
        let digits = rest.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

extension ClientConnection {
    /// Why a request that its cookie speaks for may not change anything: it does not come from a page of ours.
    ///
    /// Every method but GET and HEAD counts as a change, whatever it does. A form of ours comes from a page of ours, also where no cookie
    /// speaks for it: nobody is to be signed on as somebody else. What a provider has a browser post is held against its sign-on instead.
    @inline(__always)
    func forgery(_ request: Request, _ route: Route) -> Problem? {
        guard request.has(.cookie) || route.isForm, !route.isSignOn else { return nil }
        return forgery(request, isForm: route.isForm)
    }

    @inline(never)
    private func forgery(_ request: Request, isForm: Bool) -> Problem? {
        guard request.method != .get, request.method != .head, isForm || speaksByCookie(request)
        else { return nil }
        let origin = RequestOrigin(hosts: front.hosts, isBehindProxy: isBehindProxy)
        return origin.isOurs(request) ? nil : .crossSite
    }

    private func speaksByCookie(_ request: Request) -> Bool {
        if case .success(.some(.session(_))) = RequestCredential.find(in: request) {
            true
        } else {
            false
        }
    }
}

extension Problem {
    /// A page of somebody else's had a browser send our cookie along.
    fileprivate static let crossSite = Problem(
        status: 403, code: "cross-site", title: "cross-site request",
        detail:
            "what the session cookie alone speaks for is changed by this gateway's own pages only:"
            + " neither Origin nor Sec-Fetch-Site says that this request comes from one")
}
