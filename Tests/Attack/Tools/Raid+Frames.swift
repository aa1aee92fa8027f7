import Support

extension HTTP2Frames {
    /// The preface with a setting of our own: how much of each answer we take unasked.
    static func preface(windowBytes: UInt32) -> [UInt8] {
        let setting: [UInt8] = [0, 4] + number(windowBytes)
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, setting)
    }
}
