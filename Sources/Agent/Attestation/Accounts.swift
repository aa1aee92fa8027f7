internal import Glibc

/// Names of users and groups.
enum Accounts {
    private static let roomBytes = 64 << 10

    static func user(_ uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: roomBytes)
        guard getpwuid_r(uid, &entry, &room, room.count, &found) == 0, found != nil else {
            return nil
        }
        return entry.pw_name.map { String(cString: $0) }
    }

    static func group(_ gid: UInt32) -> String? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var room = [CChar](repeating: 0, count: roomBytes)
        guard getgrgid_r(gid, &entry, &room, room.count, &found) == 0, found != nil else {
            return nil
        }
        return entry.gr_name.map { String(cString: $0) }
    }
}
