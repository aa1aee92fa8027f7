import Foundation
import Support
import Testing

/// A real browser goes to a real provider and comes back with a session; what it showed is kept beside the build.
@Suite(
    .serialized,
    .enabled(
        if: GlewlwydServer.isThere && Chromium.isThere,
        "glewlwyd, Chromium or Playwright is not installed: scripts/peers.sh"))
struct BrowserSignOnTests {
    /// Takes the address to begin at, a place for screenshots and the digest of the key of a certificate to be believed.
    private static let script = """
        import sys
        from playwright.sync_api import sync_playwright
        start, place, key = sys.argv[1:4]
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path='/usr/bin/chromium',
                args=['--no-sandbox', '--ignore-certificate-errors-spki-list=' + key])
            page = browser.new_page()
            page.goto(start)
            page.fill('#username', 'alice')
            page.fill('#password', 'wonderland')
            page.screenshot(path=place + '/openid-1-provider.png')
            page.keyboard.press('Enter')
            page.click('button.btn-success')
            page.wait_for_url('**/auth/whoami')
            page.screenshot(path=place + '/openid-2-back.png')
            print(page.url)
            print(page.inner_text('body'))
            for cookie in page.context.cookies():
                print('cookie', cookie['name'], cookie['httpOnly'], cookie['secure'], cookie['sameSite'])
            browser.close()
        """

    @Test func aBrowserComesBackSignedOn() throws {
        let port = try GlewlwydServer.freePort()
        let home = "https://localhost:\(port)"
        let server = try GlewlwydServer(home: home)
        try server.signOn("alice")
        let gateway = try GatewayProcess(
            policy: GlewlwydTests.policy, listen: ", people: \"127.0.0.1:\(port)\"")
        let file = gateway.folder.appending(path: "maxine.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + server.configuration(in: gateway.folder)).write(
            to: file, atomically: true, encoding: .utf8)
        try gateway.start()
        let place = SourceRoot.url.appending(path: ".build/screenshots")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let key = try Shell.run(
            [
                "sh", "-c",
                "openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null"
                    + " | openssl x509 -pubkey -noout | openssl pkey -pubin -outform der"
                    + " | openssl dgst -sha256 -binary | base64",
            ])
        let shown = try Shell.run(
            [
                Chromium.python, "-c", Self.script,
                home + "/api/maxine/auth/oidc/idp?next=/api/maxine/auth/whoami", place.path,
                key.output.trimmingCharacters(in: .whitespacesAndNewlines),
            ], timeoutSeconds: 120)
        #expect(shown.status == 0, "\(shown.output) \(shown.error)")
        #expect(shown.output.contains(home + "/api/maxine/auth/whoami"), "\(shown.output)")
        #expect(shown.output.contains("idp/alice") && shown.output.contains("viewer"))
        #expect(shown.output.contains("cookie __Host-maxine True True Lax"), "\(shown.output)")
        #expect(!shown.output.contains("__Host-maxine-login"), "its cookie is gone")
        #expect(gateway.stop() == 0)
    }
}

/// Debian's browser, led by Playwright.
enum Chromium {
    static let python = SourceRoot.url.appending(path: ".build/peers/bin/python").path

    static let isThere: Bool = {
        let tried = try? Shell.run([python, "-c", "import playwright.sync_api"])
        return Shell.has("chromium") && tried?.status == 0
    }()
}
