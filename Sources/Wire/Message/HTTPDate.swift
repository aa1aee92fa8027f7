import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Text

/// The `date` field's value, made once a second for each event loop's thread.
///
/// RFC 9110 section 6.6.1, IMF-fixdate. Confined to the thread that made it.
final class HTTPDate {
    /// Bytes of an IMF-fixdate.
    static let length = 29

    // Safe: each thread finds only what it put there itself.
    nonisolated(unsafe) private static let perThread = ThreadSpecificVariable<HTTPDate>()

    /// Stays at one address, so that header lists may point to it.
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: HTTPDate.length)
    private var second: Int = .min

    /// The one of the calling thread.
    static var ofThisThread: HTTPDate {
        if let date = perThread.currentValue { return date }
        let date = HTTPDate()
        perThread.currentValue = date
        return date
    }

    init() {
        bytes.initialize(repeating: Bytes.space, count: Self.length)
    }

    deinit {
        bytes.deallocate()
    }

    /// A time in seconds since 1970, as a value of its own.
    static func value(seconds: Int64) -> ByteBuffer {
        let date = HTTPDate.init()
        date.format(Int(clamping: seconds))
        return ByteBuffer(bytes: date.text)
    }

    /// The text, as of now.
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes, count: Self.length)
    }

    /// Brings the text up to the current second.
    @inline(__always)
    func refresh() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        if now.tv_sec != second { format(now.tv_sec) }
    }

    /// Writes a time given in seconds since 1970.
    func format(_ seconds: Int) {
        second = seconds
        let date = CivilTime(secondsSince1970: Int64(seconds))
        let time = Int(date.secondOfDay)
        let days = (seconds - time) / 86_400
        put(Self.weekdays, 3 * (((days + 4) % 7 + 7) % 7), at: 0)
        bytes[3] = 0x2C
        digits(Int(date.day), at: 5)
        put(Self.months, 3 * (Int(date.month) - 1), at: 8)
        digits(Int(date.year) / 100, at: 12)
        digits(Int(date.year) % 100, at: 14)
        digits(time / 3600, at: 17)
        bytes[19] = Bytes.colon
        digits(time / 60 % 60, at: 20)
        bytes[22] = Bytes.colon
        digits(time % 60, at: 23)
        bytes[26] = 0x47
        bytes[27] = 0x4D
        bytes[28] = 0x54
    }

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    private func put(_ names: StaticString, _ from: Int, at index: Int) {
        for offset in 0..<3 { bytes[index + offset] = names.utf8Start[from + offset] }
    }

    private func digits(_ value: Int, at index: Int) {
        bytes[index] = 0x30 + UInt8(truncatingIfNeeded: value / 10 % 10)
        bytes[index + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    }
}
