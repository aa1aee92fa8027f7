import Foundation
import Glibc
import StrictJSON
import Text

/// Signs this command on as the person who confirms it in a browser.
struct ProgramSignOn {
    let client: GatewayClient
    let provider: String?
    /// Whether the person confirms it at the provider's own page.
    var isAtProvider = false

    private static let path = "/auth/device"
    private static let grant = "urn:ietf:params:oauth:grant-type:device_code"
    private static let nameBytesMax = 100

    /// By a code that the person types, in a browser wherever they are (RFC 8628).
    ///
    /// - Returns: The gateway's answer with the session.
    func byCode() async throws -> JSONValue? {
        let codes = try await begin([])
        Terminal.error("Open \(codes.page) in a browser and type\n    \(codes.userCode)")
        if let complete = codes.complete { Terminal.error("or open \(complete)") }
        Terminal.error("Waiting until somebody confirms ...")
        var interval = codes.interval
        let end = ContinuousClock.now + codes.life
        while ContinuousClock.now + interval < end {
            try await Task.sleep(for: interval)
            switch try await poll(codes, nil) {
            case .done(let answer): return answer
            case .wait: break
            case .slower: interval += .seconds(5)
            // RFC 8628 section 3.5: less often where it does not answer.
            case .away: interval *= 2
            }
        }
        throw Failure(.notAuthenticated, "maxine: nobody confirmed the sign-on in time")
    }

    /// By a browser on this machine, which brings a code of its own (RFC 8252 section 7.3).
    ///
    /// - Returns: The gateway's answer with the session.
    func byBrowser(_ browser: Browser) async throws -> JSONValue? {
        let door = try LoopbackDoor()
        let codes = try await begin([("loopback_port", "\(door.port)"), ("state", door.mark)])
        let page = codes.complete ?? codes.page
        Terminal.error(
            browser.open(page)
                ? "Confirm in the browser; if none opened, open \(page)"
                : "Open \(page) in a browser on this machine, and confirm there.")
        let visit = try door.visit(within: codes.life)
        guard let brought = visit.code else {
            visit.answer("Refused", "The program is not signed on. You may close this page.")
            throw Failure(.refused, "maxine: the person refused the sign-on")
        }
        do {
            guard case .done(let answer) = try await poll(codes, brought) else {
                throw Failure(.failed, "maxine: the gateway does not give the session")
            }
            visit.answer("Signed on", "You may close this page, and go on in the terminal.")
            return answer
        } catch {
            visit.answer("Not signed on", "The terminal says why. You may close this page.")
            throw error
        }
    }

    private struct Codes {
        let deviceCode: String
        let userCode: String
        let page: String
        let complete: String?
        let interval: Duration
        let life: Duration
    }

    private enum Word {
        case done(JSONValue?)
        case wait, slower, away
    }

    private func begin(_ more: [(String, String)]) async throws -> Codes {
        var form = [("client_id", Self.name)] + more
        if let provider { form.append(("provider", provider)) }
        if isAtProvider { form.append(("at_provider", "true")) }
        let (status, answer) = try await client.ask(form: form, at: Self.path)
        guard (200..<300).contains(status) else {
            throw client.problem(answer, status: status, nil)
        }
        guard let code = answer?["device_code"]?.string,
            let userCode = answer?["user_code"]?.string,
            let page = answer?["verification_uri"]?.string,
            let life = answer?["expires_in"]?.integer, (1...86_400).contains(life)
        else { throw Failure(.failed, "maxine: the gateway's answer holds no codes") }
        return Codes(
            deviceCode: code, userCode: userCode, page: try place(page),
            complete: try answer?["verification_uri_complete"]?.string.map(place),
            interval: .seconds(min(max(answer?["interval"]?.integer ?? 5, 1), 60)),
            life: .seconds(life))
    }

    /// An address for a browser; without `people.url` the gateway names a path only.
    private func place(_ text: String) throws -> String {
        let whole = text.hasPrefix("/") ? client.address + text : text
        // A provider on this machine may do without TLS (`loopback_http`).
        guard whole.hasPrefix("https://") || (isAtProvider && whole.hasPrefix("http://127.0.0.1:"))
        else {
            throw Failure(.failed, "maxine: the gateway names no page of https: \(quote(text))")
        }
        return whole
    }

    private func poll(_ codes: Codes, _ brought: String?) async throws -> Word {
        var form = [("grant_type", Self.grant), ("device_code", codes.deviceCode)]
        if let brought { form.append(("code", brought)) }
        let (status, answer): (Int, JSONValue?)
        do {
            (status, answer) = try await client.ask(form: form, at: Self.path + "/token")
        } catch let failure as Failure where failure.status == .notReachable && brought == nil {
            return .away
        }
        if (200..<300).contains(status) { return .done(Self.session(answer)) }
        switch answer?["error"]?.string {
        case "authorization_pending": return .wait
        case "slow_down": return .slower
        case "temporarily_unavailable" where brought == nil: return .away
        case "access_denied": throw client.problem(answer, status: 403, nil)
        case "expired_token":
            throw Failure(.notAuthenticated, "maxine: nobody confirmed the sign-on in time")
        default: throw client.problem(answer, status: status, nil)
        }
    }

    /// The answer in the words of `POST /auth/login`.
    private static func session(_ answer: JSONValue?) -> JSONValue? {
        guard case .object(let members)? = answer, let secret = answer?["access_token"] else {
            return nil
        }
        let oauth = ["access_token", "token_type", "expires_in"]
        return .object(
            members.filter { !oauth.contains($0.name) }
                + [JSONMember(name: "session", value: secret)])
    }

    /// What the person reads who is to confirm.
    private static var name: String {
        var host = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&host, host.count - 1) == 0
        let machine =
            isKnown
            ? String(decoding: host.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : "a machine"
        let user = ProcessInfo.processInfo.environment["USER"].map { " of \($0)" } ?? ""
        let name = Quotation.escaped("maxine\(user) on \(machine)")
        return String(name.prefix(nameBytesMax / 4 * (name.utf8.count > nameBytesMax ? 1 : 4)))
    }
}
