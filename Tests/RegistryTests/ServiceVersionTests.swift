import Testing

@testable import Registry

@Suite struct ServiceVersionTests {
    @Test func shortAndLongFormAreEqual() throws {
        #expect(ServiceVersion("1.0") == ServiceVersion("1.0.0"))
        #expect(ServiceVersion("1.0+build.7") == ServiceVersion("1.0.0"))
        #expect(ServiceVersion("1.0") != ServiceVersion("1.0.1"))
        #expect(ServiceVersion("1.0-rc.1") != ServiceVersion("1.0"))
        #expect(ServiceVersion("1.0") != nil)
    }

    @Test(arguments: [
        "0.0", "1.2.3", "10.20.30", "1.2.3-alpha", "1.2-0a.x-y", "1.2.3+001", "1.2.3-rc.1+exp.sha",
        "4294967295.0",
    ])
    func takes(text: String) {
        #expect(ServiceVersion(text) != nil)
    }

    @Test(arguments: [
        "", "1", "v1.2", "1.2.3.4", "01.2", "1.02", "1..2", ".1.2", "1.2.", "1.2.3-", "1.2.3+",
        "1.2.3-01", "1.2.3-a..b", "1.2.3+a+b", "1.2 ", "1.2\n", "4294967296.0", "1.-2", "１.2",
        "1.2-\u{0}", "latest", "1.2.3-" + String(repeating: "a", count: 64),
    ])
    func refuses(text: String) {
        #expect(ServiceVersion(text) == nil)
    }
}

@Suite struct HostAddressTests {
    @Test(arguments: [
        "10.0.0.1", "127.0.0.1", "223.255.255.255", "::1", "2001:db8::7", "::ffff:10.0.0.1",
        "fe80::1", "localhost", "api", "a-b.example.org", "xn--bcher-kva.example", "3com.example",
        "1a", String(repeating: "a", count: 63) + ".b",
    ])
    func takes(address: String) {
        #expect(HostAddress.fault(in: address) == nil)
    }

    @Test(arguments: [
        "", ".", "..", "a..", ".a", "a..b", "-a", "a-", "10.0.0.1.", "a b", "1.2.3", "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4", "1.2.3.04", "0x7f.0.0.1", "a.0", "0.0.0.0", "0.1.2.3", "224.0.0.1",
        "255.255.255.255", "::", "ff02::1", "[::1]", "::1%eth0", "fe80::1%1", "1::2::3", ":::",
        "::1\u{0}", "http://a", "a:80", "10.0.0.1:80", "é.example", "a/b", "2130706433",
        String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "a",
    ])
    func refuses(address: String) {
        #expect(HostAddress.fault(in: address) != nil)
    }
}
