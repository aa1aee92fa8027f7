internal import Time

/// What an entry itself says of its account, for whom no password is asked again.
enum AccountState {
    /// The attributes that say it.
    static let attributes = [
        "userAccountControl", "accountExpires", "pwdAccountLockedTime", "nsAccountLock",
    ]

    /// Why the account may not go on; nil where it may.
    static func refusal(
        _ entry: DirectoryEntry, wallNanoseconds: Int64 = Clocks.system.wall()
    ) -> (DirectoryRefusal, String)? {
        if let flags = entry.single("userAccountControl").flatMap({ Int64($0) }), flags & 2 != 0 {
            return (.disabled, "the account is disabled")
        }
        if entry.single("nsAccountLock")?.lowercased() == "true" {
            return (.disabled, "the account is inactive")
        }
        // By an administrator. What wrong passwords lock for a while ends no session, or strangers could end it.
        if entry.single("pwdAccountLockedTime") == "000001010000Z" {
            return (.locked, "the account is locked")
        }
        if let ends = entry.single("accountExpires").flatMap({ Int64($0) }), ends > 0,
            ends != .max, ends / 10_000_000 - windowsEpochSeconds < wallNanoseconds / 1_000_000_000
        {
            return (.expired, "the account has expired")
        }
        return nil
    }

    /// From 1601 to 1970.
    private static let windowsEpochSeconds: Int64 = 11_644_473_600
}
