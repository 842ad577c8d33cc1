using System.Numerics.Tensors;

namespace Elman;

/// <summary>The scores of a sequence that comes step by step: those of <see cref="SequenceNet"/> for what came so far, to the bit.</summary>
internal sealed class SequenceStream
{
    private readonly SequenceInput _input;
    private readonly Module _front;
    private readonly Linear _head;
    private readonly RecurrentStream? _frontStream;
    private readonly RecurrentStream _recurrent;
    private readonly PooledSteps _pooled;

    /// <summary>The rows of a step that is not whole yet.</summary>
    private readonly float[] _rows;

    private readonly int _stride;

    /// <exception cref="ElmanException">The net reads its sequences backward too, or pools them in a way that needs the whole.</exception>
    public SequenceStream(SequenceInput input, Module front, SequenceEncoder encoder, Linear head)
    {
        if (encoder.Options.Direction != Direction.Forward) throw new ElmanException("the model reads its sequences from their ends too, which a stream does not know; train it with --direction forward");
        if (encoder.Options.Pooling == Pooling.Attention) throw new ElmanException("the model weighs all steps of a sequence against each other, which a stream cannot; train it with --pooling mean-max, last, mean or max");
        (_input, _front, _head) = (input, front, head);
        _stride = (input as SeriesInput)?.Stride ?? 1;
        _rows = input is SeriesInput series ? new float[series.Features * series.Stride] : [];
        _frontStream = front is Sequential { Children.Count: > 0 } ? front.OpenStream() : null;
        _recurrent = encoder.Recurrent.OpenStream();
        _pooled = new PooledSteps(encoder.Options.Pooling, encoder.Recurrent.OutputSize);
    }

    /// <summary>Rows, or tokens, that came so far.</summary>
    public long StepCount { get; private set; }

    /// <summary>Takes a row.</summary>
    /// <returns>The scores of all rows so far.</returns>
    public Tensor Push(ReadOnlySpan<float> values)
    {
        if (_input is not SeriesInput series) throw new ElmanException("the model reads texts, a step of values came; give it tokens");
        if (values.Length != series.Features) throw new ElmanException($"the model reads {series.Features} values a time step, a step has {values.Length}");
        int at = (int)(StepCount++ % _stride);
        values.CopyTo(_rows.AsSpan(at * values.Length));
        float[] step = new float[series.StepWidth];
        series.Fill(_rows.AsSpan(0, (at + 1) * values.Length), step);
        bool whole = at == _stride - 1;
        // Rows that are no whole step yet are one for now: what follows from them is thrown away.
        RecurrentStream? front = whole ? _frontStream : _frontStream?.Fork();
        RecurrentStream recurrent = whole ? _recurrent : _recurrent.Fork();
        PooledSteps pooled = whole ? _pooled : _pooled.Copy();
        pooled.Add(recurrent.Step(front is null ? step : front.Step(step)));
        return Scores(pooled);
    }

    /// <summary>Takes a token.</summary>
    /// <returns>The scores of all tokens so far.</returns>
    public Tensor Push(string token)
    {
        if (_front is not TokenEncoder encoder) throw new ElmanException("the model reads time steps of values, a token came; give it values");
        StepCount++;
        _pooled.Add(_recurrent.Step(encoder.Forward([[token]]).Vectors.Span));
        return Scores(_pooled);
    }

    private Tensor Scores(PooledSteps pooled) => _head.Forward(Tensor.From(pooled.Value(), 1, pooled.Size));

    /// <summary>What a pool makes of the steps so far; as <see cref="StepPool"/> and its like compute it.</summary>
    private sealed class PooledSteps(Pooling pooling, int size)
    {
        private readonly float[] _sum = new float[size], _largest = new float[size], _last = new float[size];
        private long _count;

        public int Size => pooling == Pooling.MeanMax ? 2 * size : size;

        public void Add(ReadOnlySpan<float> step)
        {
            step.CopyTo(_last);
            TensorPrimitives.Add(_sum, step, _sum);
            for (int i = 0; i < size; i++)
                if (_count == 0 || step[i] > _largest[i]) _largest[i] = step[i];
            _count++;
        }

        public PooledSteps Copy()
        {
            PooledSteps copy = new(pooling, size) { _count = _count };
            _sum.CopyTo(copy._sum, 0);
            _largest.CopyTo(copy._largest, 0);
            _last.CopyTo(copy._last, 0);
            return copy;
        }

        public float[] Value() => pooling switch
        {
            Pooling.Mean => Mean(),
            Pooling.Max => [.. _largest],
            Pooling.MeanMax => [.. Mean(), .. _largest],
            _ => [.. _last],
        };

        private float[] Mean()
        {
            float[] mean = [.. _sum];
            TensorPrimitives.Multiply(mean, 1f / _count, mean);
            return mean;
        }
    }
}
