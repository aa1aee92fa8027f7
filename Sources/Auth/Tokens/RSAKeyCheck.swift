/// What makes an RSA key unfit although its numbers can be read.
enum RSAKeyCheck {
    /// Checks size, parity, exponent and the marks of CVE-2017-15361 (ROCA).
    static func isSound(modulus: [UInt8], exponent: [UInt8]) -> Bool {
        guard let first = modulus.first, first != 0, let last = modulus.last, last & 1 == 1 else {
            return false
        }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard TokenLimits.rsaBits.contains(bits) else { return false }
        guard let lead = exponent.first, lead != 0, exponent.count <= 4 else { return false }
        let value = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard TokenLimits.rsaExponents.contains(value), value & 1 == 1 else { return false }
        return !hasROCAMark(modulus)
    }

    /// A modulus of the flawed generator is a power of 65537 modulo each of these primes.
    ///
    /// "The Return of Coppersmith's Attack" (2017), section 3; the chance for another key is 2^-155.
    static func hasROCAMark(_ modulus: [UInt8]) -> Bool {
        primes.allSatisfy { prime in
            let residue = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            var power = 1
            repeat {
                if power == residue { return true }
                power = power * (65_537 % prime) % prime
            } while power != 1
            return false
        }
    }

    private static let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]
}
