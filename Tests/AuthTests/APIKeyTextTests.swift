import Foundation
import Policy
import Support
import Testing

@testable import Auth

/// The form of API keys, and that malformed ones never reach the store.
@Suite struct APIKeyTextTests {
    @Test func aNewKeyHasItsFormAndReadsBack() throws {
        let key = APIKeyText.random()
        let text = String(decoding: key.bytes, as: UTF8.self)
        #expect(text.wholeMatch(of: /mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}/) != nil)
        #expect(key.bytes.count == APIKeyText.length)
        #expect(APIKeyText(parsing: key.bytes)?.id == key.id)
        #expect(APIKeyText.random().bytes != key.bytes)
        let next = APIKeyText.with(id: key.id)
        #expect(next.id == key.id && next.bytes != key.bytes)
    }

    @Test func theChecksumIsTheWellKnownOne() {
        // CRC-32 of "123456789" is 0xCBF43926 = 3421780262, in base 62 "3JZRsY".
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let value = APIKeyText.checksum("123456789".utf8).reduce(0) { value, byte in
            value * 62 + (digits.firstIndex(of: byte) ?? 0)
        }
        #expect(value == 0xCBF4_3926)
    }

    @Test func nothingPrintsASecret() {
        let key = APIKeyText.random()
        let text = String(decoding: key.bytes, as: UTF8.self)
        let credential = RawCredential(carrier: .bearer, bytes: key.bytes)
        var dumped = ""
        dump(key, to: &dumped)
        dump(credential, to: &dumped)
        for shown in ["\(key)", "\(credential)", String(reflecting: credential), dumped] {
            #expect(!shown.contains(text))
            #expect(!shown.contains(String(key.bytes[20]) + ", " + String(key.bytes[21])))
        }
    }

    @Test func aMalformedKeyIsRefusedWithoutALookup() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let ring = try APIKeyRing(
            path: folder.path + "/credentials.sqlite", trustDomain: "maxine.local")
        let key = APIKeyText.random().bytes
        var bad: [[UInt8]] = [
            [], Array("mxk_".utf8), Array(key.dropLast()), key + [0x30],
            [0x4D] + key.dropFirst(), Array("mxk_../../../x".utf8),
        ]
        for index in 4..<key.count where key[index] != UInt8(ascii: "_") {
            var changed = key
            changed[index] = changed[index] == 0x30 ? 0x31 : 0x30
            bad.append(changed)
        }
        let circumstances = CredentialCircumstances(nowNanoseconds: 1, sourceIP: nil, peer: nil)
        for bytes in bad {
            let answer = ring.authenticate(
                RawCredential(carrier: .apiKeyHeader, bytes: bytes), circumstances)
            guard case .refused(let refusal) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(refusal.code == "key_malformed")
        }
        #expect(ring.lookupCount == 0)
        let unknown = ring.authenticate(
            RawCredential(carrier: .apiKeyHeader, bytes: key), circumstances)
        guard case .refused(let refusal) = unknown else { return }
        #expect(refusal.code == "key_unknown")
        #expect(ring.lookupCount == 1)
        ring.close()
    }

    @Test func theMeterCountsByMinuteAndHour() {
        let meter = APIKeyMeter(perMinute: 2, perHour: 3, usedNanoseconds: nil)
        let second: Int64 = 1_000_000_000
        let start = 1_000 * second
        #expect(
            meter.take(nowNanoseconds: start)
                == MeterReading(
                    retryAfterSeconds: nil, policy: #""minute";q=2;w=60, "hour";q=3;w=3600"#,
                    state: #""minute";r=1;t=60"#))
        #expect(meter.take(nowNanoseconds: start + second).retryAfterSeconds == nil)
        #expect(meter.take(nowNanoseconds: start + 2 * second).retryAfterSeconds == 58)
        #expect(meter.take(nowNanoseconds: start + 60 * second).retryAfterSeconds == nil)
        let full = meter.take(nowNanoseconds: start + 61 * second)
        #expect(full.retryAfterSeconds == 3539)
        #expect(full.state == #""hour";r=0;t=3539"#)
        #expect(meter.usedNanoseconds == start + 60 * second)
    }
}
