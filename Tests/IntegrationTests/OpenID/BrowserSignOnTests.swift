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
    private static let script = """
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
        """

    @Test func aBrowserComesBackSignedOn() throws {
        let house = try BrowserHouse()
        let shown = try house.lead(
            Self.script, from: house.home + "/api/maxine/auth/oidc/idp?next=/api/maxine/auth/whoami"
        )
        #expect(shown.status == 0, "\(shown.output) \(shown.error)")
        #expect(shown.output.contains(house.home + "/api/maxine/auth/whoami"), "\(shown.output)")
        #expect(shown.output.contains("idp/alice") && shown.output.contains("viewer"))
        #expect(shown.output.contains("cookie __Host-maxine True True Lax"), "\(shown.output)")
        #expect(!shown.output.contains("__Host-maxine-login"), "its cookie is gone")
        #expect(house.gateway.stop() == 0)
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
