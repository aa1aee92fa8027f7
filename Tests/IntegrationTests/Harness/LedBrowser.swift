import Foundation
import Support

/// A real browser that a script leads, and that believes the certificate of a gateway on this machine.
struct LedBrowser {
    /// Where screenshots are kept, beside the build.
    private let place: URL
    private let key: String

    /// Learns the key of the gateway on a port.
    init(_ port: Int) throws {
        place = SourceRoot.url.appending(path: ".build/screenshots")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        key = try Shell.run(
            [
                "sh", "-c",
                "openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null"
                    + " | openssl x509 -pubkey -noout | openssl pkey -pubin -outform der"
                    + " | openssl dgst -sha256 -binary | base64",
            ]
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Leads a browser from an address on; the script has it as `page`, `start` and `place`.
    func lead(_ script: String, from start: String) throws -> Shell.Result {
        let lines = script.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        let whole = """
            import sys
            from playwright.sync_api import sync_playwright
            start, place, key = sys.argv[1:4]
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path='/usr/bin/chromium',
                    args=['--no-sandbox', '--ignore-certificate-errors-spki-list=' + key])
                page = browser.new_page()
                page.set_default_timeout(20000)
            \(lines)
                browser.close()
            """
        return try Shell.run(
            [Chromium.python, "-c", whole, start, place.path, key], timeoutSeconds: 120)
    }
}
