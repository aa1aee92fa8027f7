// What the values of configuration keys may be.

func isPath(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 4096 && !text.utf8.contains(0)
}

func isSegment(_ text: String) -> Bool {
    let allowed = { (byte: UInt8) in
        byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    return (1...63).contains(text.utf8.count) && text.utf8.allSatisfy(allowed)
        && text != "." && text != ".."
}

func isTrustDomain(_ text: String) -> Bool {
    let allowed = { (byte: UInt8) in
        byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
    return (1...255).contains(text.utf8.count) && text.utf8.allSatisfy(allowed)
}

func isDNSName(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && isSegment(String(label)) && !label.hasPrefix("-")
            && !label.hasSuffix("-") && !label.utf8.contains(0x5F)
    }
}
