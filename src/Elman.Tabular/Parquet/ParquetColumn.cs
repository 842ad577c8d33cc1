using System.Buffers;
using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace Elman.Tabular;

/// <summary>A column that is filled, one row group after the other.</summary>
internal abstract class ParquetColumn(DataField field)
{
    /// <summary>The column in the file.</summary>
    public DataField Field { get; } = field;

    /// <summary>Reads the values of a row group into the rows from <paramref name="first"/> on.</summary>
    public abstract ValueTask ReadAsync(ParquetRowGroupReader group, int first, int count);

    /// <summary>The column of the table.</summary>
    public abstract TableColumn Finish();
}

/// <summary>Turns stored values into those of the table.</summary>
internal delegate void Conversion<TStored, TValue>(ReadOnlySpan<TStored> stored, Span<TValue> values);

/// <summary>
/// A column of values that are stored as one type and kept as another. A file stores only the values that are there, and says by levels where
/// they belong; so they are converted side by side, and then moved to their rows from the last backwards, in place.
/// </summary>
/// <param name="field">The column in the file.</param>
/// <param name="convert">Turns stored values into kept ones; null where they are the same.</param>
/// <param name="missing">Stands in rows without a value.</param>
/// <param name="rows">The rows of the table.</param>
/// <param name="finish">Makes the column of the table from the values.</param>
internal sealed class ParquetColumn<TStored, TValue>(
    DataField field, Conversion<TStored, TValue>? convert, TValue missing, int rows, Func<TValue[], TableColumn> finish) : ParquetColumn(field)
    where TStored : struct
    where TValue : struct
{
    private readonly TValue[] _values = new TValue[rows];

    public override async ValueTask ReadAsync(ParquetRowGroupReader group, int first, int count)
    {
        Memory<TValue> target = _values.AsMemory(first, count);
        int[] levels = Field.MaxDefinitionLevel > 0 ? ArrayPool<int>.Shared.Rent(count) : [];
        Memory<int>? places = Field.MaxDefinitionLevel > 0 ? levels.AsMemory(0, count) : default(Memory<int>?);
        if (convert is null)
        {
            await group.ReadRawAsync(Field, (Memory<TStored>)(object)target, places, null).ConfigureAwait(false);
        }
        else
        {
            TStored[] stored = ArrayPool<TStored>.Shared.Rent(count);
            await group.ReadRawAsync(Field, stored.AsMemory(0, count), places, null).ConfigureAwait(false);
            int present = places is { } here ? here.Span.Count(Field.MaxDefinitionLevel) : count;
            convert(stored.AsSpan(0, present), target.Span[..present]);
            // Texts hold on to the pages that they come from.
            ArrayPool<TStored>.Shared.Return(stored, clearArray: RuntimeHelpers.IsReferenceOrContainsReferences<TStored>());
        }

        if (places is { } known)
        {
            Spread(target.Span, known.Span);
            ArrayPool<int>.Shared.Return(levels);
        }
    }

    public override TableColumn Finish() => finish(_values);

    private void Spread(Span<TValue> values, ReadOnlySpan<int> levels)
    {
        int full = Field.MaxDefinitionLevel;
        int next = levels.Count(full) - 1;
        for (int row = values.Length - 1; row > next; row--)
            values[row] = levels[row] == full ? values[next--] : missing;
    }
}
