import Foundation
import Support
import Testing

/// A real browser signs on at a real SAML provider by our page, and off again by our page; what it showed is kept beside the build.
@Suite(
    .serialized,
    .enabled(
        if: SimpleSAML.program != nil && Chromium.isThere,
        "SimpleSAMLphp, Chromium or Playwright is not installed: scripts/peers.sh"))
struct SAMLInABrowserTests {
    private static let script = """
        page.goto(start)
        page.screenshot(path=place + '/saml-1-sign-on.png')
        page.click('text=sealed')
        page.fill('input[name=username]', 'alice')
        page.fill('input[name=password]', 'alicepw')
        page.screenshot(path=place + '/saml-2-provider.png')
        page.keyboard.press('Enter')
        page.wait_for_url('**/me')
        page.screenshot(path=place + '/saml-3-me.png')
        print(page.inner_text('body'))
        for cookie in page.context.cookies(start):
            print('cookie', cookie['name'], cookie['httpOnly'], cookie['secure'], cookie['sameSite'])
        page.click('text=Sign off')
        page.wait_for_url(start)
        page.screenshot(path=place + '/saml-4-signed-off.png')
        print('then', page.url)
        for cookie in page.context.cookies(start):
            print('left', cookie['name'])
        page.click('text=sealed')
        page.wait_for_selector('input[name=password]')
        print('asked again at the provider')
        """

    @Test func aBrowserSignsOnAndOff() throws {
        let port = try FreePort.take()
        let home = "https://localhost:\(port)"
        guard let house = try SAMLProcesses(own: home, port: port) else { return }
        let shown = try LedBrowser(port).lead(Self.script, from: home + "/")
        #expect(shown.status == 0, "\(shown.output) \(shown.error)")
        #expect(shown.output.contains("Signed on as sealed/alice"), "\(shown.output)")
        #expect(shown.output.contains("viewer"), "\(shown.output)")
        #expect(shown.output.contains("cookie __Host-maxine True True Lax"), "\(shown.output)")
        #expect(!shown.output.contains("__Host-maxine-login"), "its cookie is gone")
        #expect(shown.output.contains("then \(home)/\n"), "\(shown.output)")
        #expect(!shown.output.contains("left __Host-maxine"), "\(shown.output)")
        #expect(shown.output.contains("asked again at the provider"))
        #expect(house.gateway.stop() == 0)
    }
}
