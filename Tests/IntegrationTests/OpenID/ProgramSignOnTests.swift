import Foundation
import StrictJSON
import Support
import Testing

/// `maxine login` by a real browser: on this machine, and by a code; what people see is kept beside the build.
@Suite(
    .serialized,
    .enabled(
        if: GlewlwydServer.isThere && Chromium.isThere,
        "glewlwyd, Chromium or Playwright is not installed: scripts/peers.sh"))
struct ProgramSignOnTests {
    /// Signs alice on at the provider, and shows the page that she is asked on.
    private static func asked(_ name: String) -> String {
        """
        page.goto(start)
        page.screenshot(path=place + '/\(name)-1-sign-on.png')
        if page.locator('a.button').count(): page.click('text=idp')
        page.fill('#username', 'alice')
        page.fill('#password', 'wonderland')
        page.keyboard.press('Enter')
        page.click('button.btn-success')
        page.wait_for_url('**/device?user_code=*')
        page.screenshot(path=place + '/\(name)-2-asked.png')
        print(page.locator('body').aria_snapshot())
        """
    }

    /// Starts `maxine login`; what it says goes to files.
    private func login(
        _ house: BrowserHouse, _ words: [String], _ environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let folder = house.gateway.folder
        for name in ["out", "err"] {
            try Data().write(to: folder.appending(path: name))
        }
        let own = [
            "MAXINE_SESSION": folder.path + "/session",
            "MAXINE_CACERT": folder.path + "/certs/bundle.pem",
        ]
        return try ChildProcess(
            [GatewayProcess.binary, "login", "--addr", house.home] + words,
            environment: Shell.cleanEnvironment.merging(own) { $1 }.merging(environment) { $1 },
            directory: URL(filePath: "/tmp"), output: .file(folder.path + "/out"),
            error: .file(folder.path + "/err"))
    }

    private func text(_ house: BrowserHouse, _ name: String) -> String {
        (try? String(contentsOf: house.gateway.folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    /// Waits for something that it says.
    private func awaited(
        _ house: BrowserHouse, _ pattern: Regex<(Substring, Substring)>, in name: String
    ) throws -> String {
        let deadline = Date().addingTimeInterval(20)
        while Date() < deadline {
            if let found = text(house, name).firstMatch(of: pattern) {
                return String(found.output.1)
            }
            usleep(20_000)
        }
        throw TestFault(description: "not said: \(text(house, "out")) \(text(house, "err"))")
    }

    private func isSignedOn(_ house: BrowserHouse) throws -> Bool {
        let who = try Shell.run(
            [GatewayProcess.binary, "whoami", "--json"],
            environment: [
                "MAXINE_SESSION": house.gateway.folder.path + "/session",
                "MAXINE_CACERT": house.gateway.folder.path + "/certs/bundle.pem",
            ], directory: URL(filePath: "/tmp"))
        return who.status == 0 && who.output.contains("idp/alice")
    }

    @Test func aCodeIsConfirmedInABrowser() throws {
        let house = try BrowserHouse()
        let command = try login(house, ["--device", "--provider", "idp"])
        let start = try awaited(house, #/or open (https:\S+)/#, in: "err")
        let shown = try house.lead(
            Self.asked("device") + """

                page.click('button[value=approve]')
                page.wait_for_selector('text=is signed on in a moment')
                page.screenshot(path=place + '/device-3-confirmed.png')
                """, from: start)
        #expect(shown.status == 0, "\(shown.output) \(shown.error)")
        for part in ["heading", "button \"Confirm\"", "button \"Refuse\"", "Did somebody send you"]
        {
            #expect(shown.output.contains(part), "\(part): \(shown.output)")
        }
        #expect(command.status(within: 30) == 0, "\(text(house, "err"))")
        #expect(text(house, "out").contains("signed on as idp/alice until "))
        #expect(try isSignedOn(house))
        #expect(house.gateway.stop() == 0)
    }

    @Test func aBrowserOnThisMachineBringsTheSession() throws {
        let house = try BrowserHouse()
        let folder = house.gateway.folder
        let opener = folder.appending(path: "open")
        try Data("#!/bin/sh\nprintf 'opened %s\\n' \"$1\" >'\(folder.path)/opened'\n".utf8).write(
            to: opener)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: opener.path)
        let command = try login(house, ["--browser"], ["BROWSER": opener.path])
        let start = try awaited(house, #/opened (https:\S+)/#, in: "opened")
        let shown = try house.lead(
            Self.asked("browser") + """

                page.keyboard.press('Tab')
                page.screenshot(path=place + '/browser-3-focus.png')
                page.keyboard.press('Enter')
                page.wait_for_url('http://127.0.0.1:*/**')
                page.screenshot(path=place + '/browser-4-back.png')
                print(page.url, page.inner_text('body'))
                """, from: start)
        #expect(shown.status == 0, "\(shown.output) \(shown.error)")
        #expect(shown.output.contains("You may close this page"), "\(shown.output)")
        #expect(command.status(within: 30) == 0, "\(text(house, "err"))")
        #expect(try isSignedOn(house))
        let session =
            try StrictJSON.parse(Array(text(house, "session").utf8))["session"]?.string ?? "-"
        #expect(session.hasPrefix("mxs_"))
        for said in [shown.output, start, text(house, "out"), text(house, "err")] {
            #expect(!said.contains(session))
        }
        #expect(house.gateway.stop() == 0)
        #expect(!house.gateway.logText().contains(session))
    }
}
