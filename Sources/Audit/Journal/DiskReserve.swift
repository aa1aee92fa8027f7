/// A file that takes up room, to be given up when the disk is full: the journal's last words need some.
struct DiskReserve {
    let system: any FileSystem
    let layout: LogLayout

    /// Makes the file if it is not there; a disk that can't take it is no error.
    func keep(_ bytes: Int) {
        guard bytes > 0, !isThere else { return }
        let block = [UInt8](repeating: 0, count: bytes)
        do throws(FileFault) {
            let file = try system.open(layout.reserve, .create)
            let outcome = block.withUnsafeBytes { bytes in
                Result { () throws(FileFault) in
                    defer { system.close(file) }
                    try system.writeWhole(bytes, to: file, at: 0)
                    try system.sync(file)
                }
            }
            try outcome.get()
        } catch {
            giveUp()
        }
    }

    /// Removes the file.
    func giveUp() {
        if isThere { try? system.remove(layout.reserve) }
    }

    private var isThere: Bool {
        ((try? system.list(layout.directory)) ?? nil)?.contains("reserve") ?? false
    }
}
