package import NIOCore
internal import PKI
internal import Policy
package import Wire

/// One row of a route table: a method and path of one facade, and the operation that they mean.
///
/// Policy and audit see the operation, never the URL, so a second spelling of a path is no second door.
package final class Route: Sendable {
    package let method: Wire.Method
    package let pattern: PathPattern
    /// The operation's action.
    let action: Action
    /// Query keys that the row reads.
    let queryKeys: [StaticString]
    /// Whether a body is read; where not, a body is an error.
    let takesBody: Bool
    /// A request that the row takes.
    let sample: RouteSample
    /// Whether what speaks for a request stands in its body: a form's `subject_token`.
    let bringsCredential: Bool
    /// Whether a browser is on its way to a provider or back: no credential of the request speaks for it, so that an old cookie keeps nobody
    /// from signing on; its login cookies are read; and what else a provider asks for in the query is passed over (RFC 6749 section 4.1.2).
    let isSignOn: Bool
    /// Whether it is a form of our own pages.
    let isForm: Bool
    /// Whether the decoder sees the connection's certificate.
    let readsCertificate: Bool
    /// The row's own shape of an error; nil for the table's.
    let problems: ProblemEncoder?
    /// Reads the request's parameters into an operation, bound to the row's encoder.
    let decode: @Sendable (RouteInput) throws(Problem) -> Call

    /// A row whose operation acts on the event loop.
    @inline(__always)
    package convenience init<Op: FastOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false, sample: RouteSample = RouteSample(),
        bringsCredential: Bool = false, readsCertificate: Bool = false,
        problems: ProblemEncoder? = nil,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        let acting = Op.acting(encode: encode)
        self.init(
            method, pattern, Op.action, query, takesBody, sample, problems,
            bringsCredential: bringsCredential, readsCertificate: readsCertificate
        ) { input throws(Problem) in
            .fast(BoundFastCall(try decode(input), acting: acting))
        }
    }

    /// A row whose operation signs, which waits where the key is kept outside.
    @inline(__always)
    package convenience init<Op: SigningOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false, sample: RouteSample = RouteSample(),
        bringsCredential: Bool = false, readsCertificate: Bool = false,
        problems: ProblemEncoder? = nil,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        let acting = Op.acting(encode: encode)
        self.init(
            method, pattern, Op.action, query, takesBody, sample, problems,
            bringsCredential: bringsCredential, readsCertificate: readsCertificate
        ) { input throws(Problem) in
            let operation = try decode(input)
            return .signing(
                SigningCall(here: BoundFastCall(operation, acting: acting)) {
                    BoundSlowCall(SignedElsewhere(wanted: operation)) { encode($0.wanted, $1) }
                })
        }
    }

    /// A row whose operation waits for others.
    package convenience init<Op: AskerOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false, sample: RouteSample = RouteSample(),
        problems: ProblemEncoder? = nil,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        self.init(
            method, pattern, Op.action, query, takesBody, sample, problems
        ) { input throws(Problem) in
            .slow(BoundSlowCall(try decode(input), encode: encode))
        }
    }

    /// A row whose operation is on what the request itself shows.
    package convenience init<Op: CredentialOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false, sample: RouteSample = RouteSample(), isSignOn: Bool = false,
        isForm: Bool = false, problems: ProblemEncoder? = nil,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode: @escaping Encoder<Op>
    ) {
        self.init(
            method, pattern, Op.action, query, takesBody, sample, problems, isSignOn: isSignOn,
            isForm: isForm
        ) { input throws(Problem) in
            .slow(BoundCredentialCall(try decode(input), encode: encode))
        }
    }

    /// A row whose operation is answered with a stream.
    package convenience init<Op: StreamOperation>(
        _ method: Wire.Method, _ pattern: PathPattern, query: [StaticString] = [],
        takesBody: Bool = false, sample: RouteSample = RouteSample(),
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Op,
        encode encoder: ItemEncoder<Op.Success.Item>
    ) {
        self.init(method, pattern, Op.action, query, takesBody, sample) { input throws(Problem) in
            .slow(BoundStreamCall(try decode(input), encode: encoder))
        }
    }

    private init(
        _ method: Wire.Method, _ pattern: PathPattern, _ action: Action, _ query: [StaticString],
        _ takesBody: Bool, _ sample: RouteSample, _ problems: ProblemEncoder? = nil,
        bringsCredential: Bool = false, readsCertificate: Bool = false, isSignOn: Bool = false,
        isForm: Bool = false,
        decode: @escaping @Sendable (RouteInput) throws(Problem) -> Call
    ) {
        self.method = method
        self.pattern = pattern
        self.action = action
        queryKeys = query
        self.takesBody = takesBody
        self.sample = sample
        self.bringsCredential = bringsCredential
        self.readsCertificate = readsCertificate || bringsCredential
        self.isSignOn = isSignOn
        self.isForm = isForm
        self.problems = problems
        self.decode = decode
    }
}

extension Route {
    /// Whether it is answered without its body, too: all that is read but what is about credentials.
    var takesHead: Bool { method == .get && !pattern.begins(with: "auth") }

    /// The methods that the row takes, as an `Allow` header names them.
    var allowed: [String] { takesHead ? ["GET", "HEAD"] : [method.text] }
}

/// What a route's decoder sees: path, query and body, well-formed as such, otherwise untrusted.
package struct RouteInput {
    package let path: NormalisedPath
    package let query: Query
    package let body: ByteBuffer?
    /// The client certificate of the connection; only for rows that read it.
    let certificate: ShownCertificate?
    /// Whether the listener takes session cookies.
    let takesCookies: Bool
    /// Sign-ons that the browser has under way; only for rows of signing on.
    let loginCookies: [LoginCookie]
    /// The query as it was sent, for signatures over it; only for rows of signing on.
    let rawQuery: [UInt8]
    private let route: Route
    private let prefixCount: Int

    init(
        path: NormalisedPath, query: Query, body: ByteBuffer?, certificate: ShownCertificate?,
        takesCookies: Bool, loginCookies: [LoginCookie], rawQuery: [UInt8], route: Route,
        prefixCount: Int
    ) {
        self.certificate = certificate
        self.takesCookies = takesCookies
        self.loginCookies = loginCookies
        self.rawQuery = rawQuery
        self.path = path
        self.query = query
        self.body = body
        self.route = route
        self.prefixCount = prefixCount
    }

    /// What stands in the path where the row's pattern has the capture; empty if it has none.
    package func text(of capture: Capture) -> String {
        route.pattern.place(of: capture).flatMap { path.segment($0 + prefixCount) } ?? ""
    }
}

/// The client certificate that a connection was opened with, for what is bound to it.
final class ShownCertificate: Sendable {
    let peer: VerifiedPeer

    init(_ peer: VerifiedPeer) {
        self.peer = peer
    }
}
