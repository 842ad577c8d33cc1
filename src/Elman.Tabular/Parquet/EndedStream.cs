namespace Elman.Tabular;

/// <summary>
/// A file whose end is an error. Parquet.Net takes the end for one more byte of 255, which in a damaged header means "go on", and would
/// read it for ever.
/// </summary>
internal sealed class EndedStream(Stream file) : Stream
{
    private readonly long _length = file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get => file.Position; set => file.Position = value; }

    public override int ReadByte() => file.ReadByte() is var next and >= 0 ? next : throw new EndOfStreamException();

    public override int Read(Span<byte> buffer) => Checked(file.Read(buffer), buffer.Length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // The file is read where the caller waits for it: to hand each page to another thread takes longer than to copy it.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Checked(int read, int wanted) => read > 0 || wanted == 0 ? read : throw new EndOfStreamException();
}
