import LDAP
import Testing

@Suite struct StartTLSTests {
    private static let accepted: [UInt8] = [
        0x30, 0x0C, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0A, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00,
    ]

    @Test func theAnswerOfARealServerIsAccepted() {
        #expect(StartTLS.read(Self.accepted) == .accepted)
    }

    @Test func everyBeginningOfItIsIncomplete() {
        for count in 0..<Self.accepted.count {
            #expect(StartTLS.read(Array(Self.accepted.prefix(count))) == .incomplete)
        }
    }

    /// What was sent in the clear must not pass for something protected.
    @Test func whatFollowsTheAnswerIsNotTaken() {
        #expect(StartTLS.read(Self.accepted + [0x30]) == .malformed)
    }

    @Test func aRefusalIsOne() {
        var bytes = Self.accepted
        bytes[9] = 52
        #expect(StartTLS.read(bytes) == .refused(52))
    }

    @Test(arguments: [(0, 0x31), (2, 0x04), (4, 2), (5, 0x61), (7, 0x02)])
    func whatIsNoSuchAnswerIsNotTaken(at index: Int, _ byte: UInt8) {
        var bytes = Self.accepted
        bytes[index] = byte
        #expect(StartTLS.read(bytes) == .malformed)
    }

    @Test(arguments: [
        [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x30, 0x80, 0, 0, 0, 0],
        [0x30, 0x85, 1, 1, 1, 1, 1],
    ])
    func aLengthBeyondBoundsEndsIt(bytes: [UInt8]) {
        #expect(StartTLS.read(bytes) == .malformed)
    }

    @Test func theLongFormOfActiveDirectoryIsRead() {
        let bytes: [UInt8] = [
            0x30, 0x84, 0, 0, 0, 0x10, 0x02, 0x01, 0x01, 0x78, 0x84, 0, 0, 0, 7, 0x0A, 0x01, 0x00,
            0x04, 0x00, 0x04, 0x00,
        ]
        #expect(StartTLS.read(bytes) == .accepted)
    }
}
