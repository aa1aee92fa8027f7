import Auth
import Foundation
import NIOConcurrencyHelpers
import Policy
import Testing

@testable import Gateway

/// How the gateway treats requests that present a credential, with a method of the test's own.
@Suite(.serialized) struct CredentialSeamTests {
    /// Knows a few tokens and counts how often it is asked.
    final class Method: CredentialAuthenticator {
        let asked = NIOLockedValueBox(0)
        let revoked = NIOLockedValueBox(false)

        func recognises(_ credential: RawCredential) -> Bool {
            credential.bytes.starts(with: "test-".utf8)
        }

        func authenticate(
            _ credential: RawCredential, _ circumstances: CredentialCircumstances
        ) -> CredentialAnswer {
            asked.withLockedValue { $0 += 1 }
            if revoked.withLockedValue({ $0 }) {
                return .refused(CredentialRefusal(code: "revoked", reason: "revoked by the test"))
            }
            var principal = Principal(kind: .user, id: "alice", authentication: .jwt)
            principal.samlGroups = ["admins"]
            let good = VerifiedCredential(
                principal: principal, strength: .bearer, credentialID: "t-1",
                expiresAtNanoseconds: circumstances.nowNanoseconds + 60_000_000_000)
            switch String(decoding: credential.bytes, as: UTF8.self) {
            case "test-good": return .verified(good)
            case "test-late": return .later { .verified(good) }
            case "test-gone": return .unavailable("the issuer is down")
            case "test-expired":
                var old = good
                old.expiresAtNanoseconds = circumstances.nowNanoseconds - 1
                return .verified(old)
            case "test-capped":
                var capped = good
                capped.ceiling = Principal(kind: .user, id: "nobody", authentication: .ldap)
                return .verified(capped)
            case "test-metered":
                var metered = good
                metered.meter = Meter()
                return .verified(metered)
            default:
                return .refused(CredentialRefusal(code: "unknown", reason: "secret detail"))
            }
        }
    }

    final class Meter: RequestMeter {
        let left = NIOLockedValueBox(2)

        func take(nowNanoseconds: Int64) -> MeterReading {
            let left = left.withLockedValue { left in
                left -= 1
                return left
            }
            return MeterReading(
                retryAfterSeconds: left < 0 ? 7 : nil, policy: "\"key\";q=2;w=60",
                state: "\"key\";r=\(max(left, 0));t=7")
        }
    }

    private let status = "/api/maxine/status"

    private let policy = """
        maxine_policy: 1
        name: credentials
        bindings:
          - role: admin
            subjects: [{ saml_group: admins }]
        """

    private func gateway(_ method: Method) async throws -> InProcessGateway {
        let gateway = try InProcessGateway()
        try await gateway.start(GatewayAdditions(credentials: [method]), policy: policy)
        return gateway
    }

    @Test func aCredentialIsThePrincipalOnBothListenersAndTheCertificateStandsBesideIt()
        async throws
    {
        let gateway = try await gateway(Method())
        for listener in [ListenerKind.people, .service] {
            for header in ["Authorization: Bearer test-good", "authorization: bEARER test-good"] {
                let answer = try await gateway.curl(listener, status, headers: [header])
                #expect(answer.status == 200, "\(answer.body)")
                let sequence = answer.headers["maxine-audit"]?.split(separator: ";").first ?? ""
                let record = try await gateway.awaitRecord(holding: "\"seq\":\(sequence),") ?? ""
                #expect(
                    record.contains(#""principal":{"kind":"user","id":"alice","auth":"jwt""#))
                #expect(record.contains("\"cert\":") == (listener == .service))
            }
        }
        // The operator's own certificate has no role under this policy: nothing falls back to it, nor from it.
        #expect(try await gateway.curl(.service, status).status == 403)
        await gateway.stop()
    }

    @Test func withoutACredentialThePeopleListenerKnowsNobody() async throws {
        let gateway = try await gateway(Method())
        let answer = try await gateway.curl(.people, status)
        #expect(answer.status == 401)
        #expect(answer.headers["www-authenticate"] == #"Bearer realm="maxine""#)
        #expect(try await gateway.awaitRecord(holding: #""gate":"authn""#, "system.read") != nil)
        await gateway.stop()
    }

    @Test(arguments: [
        "Authorization: Bearer test-bad", "Authorization: Bearer test-expired",
        "Authorization: Bearer other", "Authorization: Basic dGVzdC1nb29k",
        "Authorization: Bearer", "Authorization: Bearer test good", "X-API-Key: test-bad",
        "Authorization: test-good", "Authorization;",
    ])
    func everyBadCredentialGetsTheSameAnswerAndOneRecord(_ header: String) async throws {
        let gateway = try await gateway(Method())
        for listener in [ListenerKind.people, .service] {
            let before = try gateway.records(holding: "credential.present").count
            let answer = try await gateway.curl(listener, status, headers: [header])
            #expect(answer.status == 401)
            #expect(
                answer.headers["www-authenticate"]
                    == #"Bearer realm="maxine", error="invalid_token""#)
            #expect(
                answer.body.contains(
                    #""detail":"the credential that was presented is not accepted (audit record "#))
            #expect(!answer.body.contains("secret detail"))
            let records = try gateway.records(holding: "credential.present")
            #expect(records.count == before + 1)
            #expect(records.last?.contains(#""gate":"authn""#) == true)
        }
        await gateway.stop()
    }

    @Test func refusesTwoCredentialsAtOnce() async throws {
        let gateway = try await gateway(Method())
        let answer = try await gateway.curl(
            .people, status, headers: ["Authorization: Bearer test-good", "X-API-Key: test-good"])
        #expect(answer.status == 400)
        await gateway.stop()
    }

    @Test func remembersAGoodCredentialUntilItIsVoid() async throws {
        let method = Method()
        let gateway = try await gateway(method)
        let credential = "Authorization: Bearer test-good"
        let arguments = gateway.arguments(.people, status, headers: [credential])
        let url = arguments.last ?? ""
        let result = try await gateway.run(
            Array(arguments.dropLast())
                + [
                    "-o", "/dev/null", "-D", "/dev/null", "-w", "%{http_code} ", url, "-o",
                    "/dev/null", url, "-o", "/dev/null", url,
                ])
        #expect(result.output.hasSuffix("200 200 200 "))
        #expect(method.asked.withLockedValue { $0 } == 1)
        await gateway.stop()
    }

    @Test func aRevokedCredentialStopsWorkingOnTheNextRequestOfTheSameConnection() async throws {
        let method = Method()
        let gateway = try await gateway(method)
        let credential = "Authorization: Bearer test-good"
        let arguments = gateway.arguments(
            .people, status,
            headers: [credential],
            options: [
                "--rate", "60/m", "-o", "/dev/null", "-D", "/dev/null", "-w",
                "%{http_code}/%{num_connects} ",
            ])
        async let result = gateway.run(arguments + ["-o", "/dev/null", arguments.last ?? ""])
        for _ in 0..<200 where method.asked.withLockedValue({ $0 }) == 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        method.revoked.withLockedValue { $0 = true }
        gateway.gateway?.credentials.invalidate()
        #expect(try await result.output.hasSuffix("200/1 401/0 "))
        await gateway.stop()
    }

    @Test func takesAnAnswerThatComesLate() async throws {
        let gateway = try await gateway(Method())
        for version in ["--http1.1", "--http2"] {
            let answer = try await gateway.curl(
                .people, status, headers: ["X-API-Key: test-late"], options: [version])
            #expect(answer.status == 200)
        }
        let gone = try await gateway.curl(.people, status, headers: ["X-API-Key: test-gone"])
        #expect(gone.status == 503)
        #expect(gone.headers["retry-after"] != nil)
        #expect(!gone.body.contains("issuer"))
        await gateway.stop()
    }

    @Test func aCeilingBoundsWhatACredentialMayDo() async throws {
        let gateway = try await gateway(Method())
        let answer = try await gateway.curl(
            .people, status, headers: ["Authorization: Bearer test-capped"])
        #expect(answer.status == 403)
        await gateway.stop()
    }

    @Test func countsRequestsAgainstTheCredentialsOwnLimit() async throws {
        let gateway = try await gateway(Method())
        let arguments = gateway.arguments(
            .people, status, headers: ["Authorization: Bearer test-metered"])
        let url = arguments.last ?? ""
        let result = try await gateway.run(arguments + [url, url])
        let heads = result.output.components(separatedBy: "HTTP/2 ").dropFirst()
        #expect(heads.map { $0.prefix(3) } == ["200", "200", "429"])
        #expect(heads.first?.contains("ratelimit: \"key\";r=1;t=7\r\n") == true)
        #expect(heads.last?.contains("retry-after: 7\r\n") == true)
        #expect(heads.last?.contains("ratelimit-policy: \"key\";q=2;w=60\r\n") == true)
        await gateway.stop()
    }
}
