internal import Auth
internal import NIOCore
internal import StrictJSON
internal import Wire

/// The rows of signing programs on by a code, in the words of OAuth (RFC 8628).
enum DeviceRoutes {
    static let all: [Route] = [
        Route(
            .post, ["auth", "device"], takesBody: true,
            sample: RouteSample(body: "client_id=maxine"), problems: problems,
            decode: { input throws(Problem) in
                AskDevice(wish: try DeviceForm(input).wish(), isOfPeople: input.takesCookies)
            }, encode: asked),
        Route(
            .get, ["auth", "device"], query: ["user_code", "provider"],
            decode: { input throws(Problem) in DevicePages.show(input) },
            encode: { asked, _ in DevicePages.elsewhere(asked) }),
        Route(
            .post, ["auth", "device", "token"], takesBody: true,
            sample: RouteSample(body: "grant_type=\(DeviceForm.grantType)&device_code=x"),
            problems: problems,
            decode: { input throws(Problem) in try DeviceForm(input).redeem() },
            encode: redeemed),
    ]

    /// RFC 8628 section 3.2.
    private static func asked(_ asked: AskDevice, _ made: AskDevice.Success) -> Answer {
        var query = [(name: "user_code", value: "\(made.request.userCode)")]
        if let provider = asked.wish.provider { query.append(("provider", provider)) }
        var writer = JSONWriter(capacity: 384)
        writer.raw("{\"device_code\":")
        writer.string(String(decoding: made.code.bytes, as: UTF8.self))
        writer.raw(",\"user_code\":")
        writer.string(made.given?.userCode ?? "\(made.request.userCode)")
        writer.raw(",\"verification_uri\":")
        writer.string(made.page)
        let ours = made.given == nil ? made.page + "?" + FormText.encode(query) : nil
        if let complete = made.given?.complete ?? ours {
            writer.raw(",\"verification_uri_complete\":")
            writer.string(complete)
        }
        writer.raw(",\"expires_in\":")
        writer.integer(made.given?.lifeSeconds ?? DeviceLimits.codeSeconds)
        writer.raw(",\"interval\":")
        writer.integer(DeviceLimits.intervalSeconds)
        writer.raw("}")
        var answer = Answer(status: 200, body: writer.bytes)
        answer.caching = .never
        return answer
    }

    /// RFC 6749 section 5.1, with what else is told of a session.
    private static func redeemed(_ asked: RedeemDevice, _ made: MintedSession) -> Answer {
        let life = made.session.endsNanoseconds - made.session.createdNanoseconds
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"access_token\":")
        writer.string(String(decoding: made.secret.bytes, as: UTF8.self))
        writer.raw(",\"token_type\":\"Bearer\",\"expires_in\":")
        writer.integer(max(0, life / 1_000_000_000))
        writer.raw(",")
        SessionAnswers.writeFacts(of: made.session, to: &writer)
        writer.raw("}")
        var answer = Answer(status: 200, body: writer.bytes)
        answer.caching = .never
        return answer
    }

    /// RFC 8628 section 3.5 and RFC 6749 section 5.2.
    private static let problems = ProblemEncoder { problem, sequence in
        let words = [
            "authorization-pending": "authorization_pending", "slow-down": "slow_down",
            "access-denied": "access_denied", "expired-token": "expired_token",
            "invalid-grant": "invalid_grant",
        ]
        return ExchangeAnswers.answer(problem, sequence, word: words[problem.code])
    }
}

/// What a program sends that is to be signed on by a code.
///
/// What is not known is passed over, as RFC 6749 section 3.2 has it.
struct DeviceForm {
    static let grantType = "urn:ietf:params:oauth:grant-type:device_code"

    private let form: Query

    init(_ input: RouteInput) throws(Problem) {
        do throws(TargetProblem) {
            form = try Query(input.body ?? ByteBuffer())
        } catch {
            throw .badExchange(
                "the body is no application/x-www-form-urlencoded form: \(error.reason)")
        }
    }

    func wish() throws(Problem) -> DeviceWish {
        guard let name = form.value(of: "client_id"),
            Self.isLine(name, bytesMax: DeviceLimits.nameBytesMax)
        else {
            throw .badExchange(
                "client_id is what the program calls itself, a line of 1 to"
                    + " \(DeviceLimits.nameBytesMax) bytes")
        }
        if let scope = form.value(of: "scope"), !scope.isEmpty {
            throw Problem(
                status: 400, code: "invalid-scope", title: "no such scope",
                detail: "sessions have no scopes here: they give what policy gives their holder")
        }
        var wish = DeviceWish(name: name)
        if let provider = form.value(of: "provider") { wish.provider = provider }
        if let word = form.value(of: "at_provider") {
            guard word == "true", wish.provider != nil, form.value(of: "loopback_port") == nil
            else {
                throw .badExchange(
                    "at_provider is true, and goes with provider and without loopback_port")
            }
            wish.isAtProvider = true
        }
        if let port = form.value(of: "loopback_port") {
            guard let port = UInt16(port), port >= 1024, let mark = form.value(of: "state"),
                Self.isLine(mark, bytesMax: DeviceLimits.markBytesMax)
            else {
                throw .badExchange(
                    "loopback_port is a port from 1024 on, and goes with a state of 1 to"
                        + " \(DeviceLimits.markBytesMax) bytes")
            }
            wish.loopback = LoopbackPlace(port: port, mark: mark)
        }
        return wish
    }

    func redeem() throws(Problem) -> RedeemDevice {
        guard form.value(of: "grant_type") == Self.grantType else {
            throw Problem(
                status: 400, code: "unsupported-grant-type", title: "no such grant",
                detail: "the only grant_type here is \(Self.grantType)")
        }
        guard let text = form.value(of: "device_code") else {
            throw .badExchange("device_code is missing")
        }
        return RedeemDevice(
            code: SecretText(parsing: Array(text.utf8), .device), brought: form.value(of: "code"))
    }

    private static func isLine(_ text: String, bytesMax: Int) -> Bool {
        (1...bytesMax).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
