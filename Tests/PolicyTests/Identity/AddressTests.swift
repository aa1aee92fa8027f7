import Testing

@testable import Policy

@Suite struct AddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("10.1.2.3", "10.1.2.3"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:DB8::A", "2001:db8::a"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("::ffff:10.1.2.3", "10.1.2.3"), ("::FFFF:0a01:0203", "10.1.2.3"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func reads(text: String, printed: String) throws {
        let address = try #require(IPAddress(parsing: text))
        #expect(address.description == printed)
        #expect(IPAddress(parsing: printed) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4",
        "+1.2.3.4", "1..2.3", "0x1.2.3.4", "1.2.3.4/8", ":", ":::", "1:::2", "::1::", "1:2:3",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8", "12345::", "g::", "[::1]",
        "::1%eth0",
        "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "\u{661}.2.3.4",
        "::\u{FF11}",
    ])
    func refuses(text: String) {
        #expect(IPAddress(parsing: text) == nil)
    }

    @Test func networkBytesOfBothFamiliesMeet() {
        let four = IPAddress(networkBytes: [10, 1, 2, 3])
        let mapped = IPAddress(networkBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3])
        #expect(four == mapped)
        #expect(four == IPAddress(parsing: "10.1.2.3"))
        #expect(IPAddress(networkBytes: [1, 2, 3]) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
        ("10.1.2.3/32", "::ffff:10.1.2.3", "10.1.2.2"),
        ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ("2001:db8::/65", "2001:db8::7fff:0:0:1", "2001:db8::8000:0:0:1"),
        ("::1", "::1", "::2"),
        ("::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.1"),
    ])
    func aBlockHoldsItsOwn(block: String, inside: String, outside: String) throws {
        let block = try CIDR(parsing: block)
        #expect(block.contains(try #require(IPAddress(parsing: inside))))
        #expect(!block.contains(try #require(IPAddress(parsing: outside))))
        #expect(try CIDR(parsing: block.description) == block)
    }

    @Test(arguments: [
        ("", CIDRError.malformed), ("/8", .malformed), ("10.0.0.0/", .malformed),
        ("10.0.0.0/33", .malformed), ("10.0.0.0/08", .malformed), ("10.0.0.0/8/8", .malformed),
        ("10.0.0.0/-1", .malformed), ("::/129", .malformed), ("10.0.0/8", .malformed),
        ("10.0.0.1/8", .bitsBehindPrefix(suggestion: "10.0.0.0/8")),
        ("2001:db8::1/32", .bitsBehindPrefix(suggestion: "2001:db8::/32")),
        ("::ffff:10.0.0.1/100", .bitsBehindPrefix(suggestion: "0.0.0.0/4")),
    ])
    func refusesBlocks(text: String, error: CIDRError) {
        #expect(throws: error) { try CIDR(parsing: text) }
    }
}
