import Foundation
import Gateway
import StrictJSON
import Support

/// A program that asks to be signed on by a code, as it hears of it.
struct AskedDevice: Sendable {
    static let path = "/api/maxine/auth/device"
    static let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code"

    let answer: CurlAnswer
    let code: String
    let userCode: String
    let complete: String

    init(_ answer: CurlAnswer) throws {
        self.answer = answer
        guard answer.status == 200 else {
            throw TestFault(description: "no codes: \(answer.status) \(answer.body)")
        }
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        code = value["device_code"]?.string ?? ""
        userCode = value["user_code"]?.string ?? ""
        complete = value["verification_uri_complete"]?.string ?? ""
    }
}

/// What a program hears that asks whether it is confirmed.
struct DeviceWord: Sendable {
    let status: Int
    let error: String?
    let session: String?
    let value: JSONValue

    init(_ answer: CurlAnswer) throws {
        status = answer.status
        value = try StrictJSON.parse(Array(answer.body.utf8))
        error = value["error"]?.string
        session = value["access_token"]?.string
    }

    /// The header that brings the session.
    var bearer: String { "authorization: Bearer \(session ?? "none")" }
}

extension InProcessGateway {
    /// Has a program ask for codes.
    func askDevice(_ form: String = "client_id=maxine+on+build-7") async throws -> AskedDevice {
        try AskedDevice(
            await curl("POST", AskedDevice.path, body: form, at: peopleAddress))
    }

    /// Has it ask whether it is confirmed.
    func poll(_ device: AskedDevice, bringing code: String? = nil) async throws -> DeviceWord {
        let more = code.map { "&code=\($0)" } ?? ""
        return try DeviceWord(
            await curl(
                "POST", AskedDevice.path + "/token",
                body: AskedDevice.grant + "&device_code=\(device.code)" + more, at: peopleAddress))
    }

    /// Shows somebody the page of a code.
    func showDevice(_ userCode: String, _ cookie: String) async throws -> CurlAnswer {
        try await curl(
            "GET", "/device?user_code=\(userCode)", headers: [cookie], at: peopleAddress)
    }

    /// Has somebody answer by the form that the page of a code shows.
    func decide(
        _ userCode: String, _ decision: String, _ cookie: String, _ headers: [String]? = nil
    ) async throws -> CurlAnswer {
        let page = try await showDevice(userCode, cookie)
        let request = page.body.matches(of: /name="request" value="([^"]*)"/).first?.output.1
        return try await curl(
            "POST", "/device",
            body: "user_code=\(userCode)&request=\(request ?? "none")&decision=\(decision)",
            headers: [cookie] + (headers ?? [origin]), at: peopleAddress)
    }
}
