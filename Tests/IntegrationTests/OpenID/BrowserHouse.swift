import Foundation
import Support

/// A gateway whose people sign on at a real provider, in a real browser that believes its certificate.
struct BrowserHouse {
    let home: String
    let server: GlewlwydServer
    let gateway: GatewayProcess
    private let browser: LedBrowser

    /// Starts both.
    init() throws {
        let port = try GlewlwydServer.freePort()
        home = "https://localhost:\(port)"
        server = try GlewlwydServer(home: home)
        try server.signOn("alice")
        gateway = try GatewayProcess(
            policy: GlewlwydTests.policy, listen: ", people: \"127.0.0.1:\(port)\"")
        let file = gateway.folder.appending(path: "maxine.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + server.configuration(in: gateway.folder)).write(
            to: file, atomically: true, encoding: .utf8)
        try gateway.start()
        browser = try LedBrowser(port)
    }

    /// Leads a browser from an address on; the script has it as `page`, `start` and `place`.
    func lead(_ script: String, from start: String) throws -> Shell.Result {
        try browser.lead(script, from: start)
    }
}
