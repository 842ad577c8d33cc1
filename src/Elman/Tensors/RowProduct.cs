using Elman.Kernels;

namespace Elman;

/// <summary>A matrix product whose rows are shared out over threads. Each row's result is the same whichever thread computes it. Operands are flushed (<see cref="Denormals"/>).</summary>
/// <param name="Rows">Rows of A and C.</param>
/// <param name="A">Element (row, step) is at <c>row·ARowStride + step·AStepStride</c>.</param>
/// <param name="B">[steps, columns]</param>
/// <param name="Start">What the products are added to: empty for zeros, one row with stride 0, or C.</param>
/// <param name="C">[Rows, columns], dense.</param>
internal readonly record struct RowProduct(
    int Rows, Memory<float> A, int ARowStride, int AStepStride, PackedMatrix B, Memory<float> Start, int StartStride, Memory<float> C)
{
    /// <summary>Below about this many multiply-adds, a few microseconds, another thread costs more than it saves.</summary>
    private const long WorthAThread = 1 << 18;

    [ThreadStatic]
    private static PackedMatrix? _scratch;

    /// <summary>The thread's own packed matrix, for an operand that is used once.</summary>
    public static PackedMatrix Scratch => _scratch ??= new PackedMatrix();

    /// <summary>Computes C.</summary>
    public void Run()
    {
        long parts = (long)Rows * B.Steps * B.Columns / WorthAThread;
        parts = Math.Clamp(parts, 1, Math.Min(Compute.Threads, Math.Max(Rows, 1)));
        RowProduct flushed = this with { A = Denormals.Flushed(A[..Math.Min(A.Length, Extent)], out float[]? rented) };
        Workers.Run((int)parts, (Product: flushed, Parts: (int)parts), static (job, part) => job.Product.RunPart(part, job.Parts));
        Denormals.Return(rented);
    }

    /// <summary>Values from the first to the last of A.</summary>
    private int Extent => Rows == 0 || B.Steps == 0 ? 0 : (Rows - 1) * ARowStride + (B.Steps - 1) * AStepStride + 1;

    private void RunPart(int part, int parts)
    {
        int first = (int)((long)Rows * part / parts), rows = (int)((long)Rows * (part + 1) / parts) - first;
        ReadOnlySpan<float> start = Start.IsEmpty ? default : Start.Span[(first * StartStride)..];
        MatrixProduct.Multiply(rows, A.Span[(first * ARowStride)..], ARowStride, AStepStride, B, start, StartStride, C.Span[(first * B.Columns)..], B.Columns);
    }
}
