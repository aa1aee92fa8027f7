internal import PKI
internal import StrictJSON

/// The body `{csr, ttlSeconds?}` of requests for a certificate.
enum CSRBody {
    static func read(
        _ input: RouteInput, secondsMax: Int64
    ) throws(Problem) -> (csr: ParsedCSR, ttlSeconds: Int?) {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        for member in members where member.name != "csr" && member.name != "ttlSeconds" {
            throw .malformed(
                "$.\(member.name.prefix(40)): unknown member; known are csr, ttlSeconds")
        }
        guard let text = body["csr"]?.string else {
            throw .malformed("$.csr: expected the signing request in PEM, as a string")
        }
        let csr: ParsedCSR
        do throws(PKIError) {
            csr = try ParsedCSR(Array(text.utf8))
        } catch {
            throw .impossible("$.csr: \(error.message)")
        }
        return (csr, try ttl(body, secondsMax))
    }

    private static func ttl(_ body: JSONValue, _ most: Int64) throws(Problem) -> Int? {
        guard let value = body["ttlSeconds"], value != .null else { return nil }
        guard case .number(let number) = value, let seconds = number.whole else {
            throw .malformed("$.ttlSeconds: expected a whole number, got \(value.kind)")
        }
        guard (1...most).contains(seconds) else {
            throw .impossible("$.ttlSeconds: \(seconds) is not within 1 to \(most)")
        }
        return Int(seconds)
    }
}

extension CreateOperator {
    init(_ input: RouteInput) throws(Problem) {
        let (csr, ttlSeconds) = try CSRBody.read(input, secondsMax: PKILimits.leafSecondsMax)
        do throws(PKIError) {
            self.init(request: try OperatorRequest(csr, ttlSeconds: ttlSeconds))
        } catch {
            throw .impossible("$.csr: \(error.message)")
        }
    }

    /// A signing request whose key nobody has.
    static let sample = RouteSample(
        body: "{\"csr\":\""
            + [
                "-----BEGIN CERTIFICATE REQUEST-----",
                "MIIBDTCBtAIBADAQMQ4wDAYDVQQDDAVhbGljZTBZMBMGByqGSM49AgEGCCqGSM49",
                "AwEHA0IABFUTe1xiOvcy4I0HEy8rhvpUmt9ptcV+MUD+kO/TYeOSyxkJD5o1pArl",
                "cgdW94Q39ucqZPQpfz1unVNwj2DHBSqgQjBABgkqhkiG9w0BCQ4xMzAxMC8GA1Ud",
                "EQQoMCaGJHNwaWZmZTovL21heGluZS5sb2NhbC9vcGVyYXRvci9hbGljZTAKBggq",
                "hkjOPQQDAgNIADBFAiBplOPb8jAiTSJRqJmHJuqngCMcICHsY5eWdVe7v8c5KwIh",
                "AIE40Wq+dul7s63M48uV094l9SIP+9TSd2LRxt3A/7IP",
                "-----END CERTIFICATE REQUEST-----",
            ].joined(separator: "\\n") + "\"}")
}
