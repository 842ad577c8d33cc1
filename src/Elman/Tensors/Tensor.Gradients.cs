using System.Numerics.Tensors;

namespace Elman;

// Reverse-mode differentiation: every recorded operation leaves a node that knows its inputs and how to hand the gradient of
// its results on to them. Nodes are numbered as they are made, so the reverse of that order visits each consumer before its source.
public sealed partial class Tensor
{
    [ThreadStatic]
    private static int _pauses;

    private Tensor? _gradient;

    /// <summary>Whether the gradient counts as zero, whatever its buffer holds: the first that is added is then written over it, which spares two ways through memory.</summary>
    private bool _isZeroed;

    internal Node? Source { get; private set; }

    /// <summary>Whether <see cref="Backward"/> shall leave a gradient here; true for parameters.</summary>
    public bool RequiresGradient { get; set; }

    /// <summary>The gradient that <see cref="Backward"/> has added up here, of the same shape; null before the first.</summary>
    public Tensor? Gradient => _gradient is null ? null : GradientTensor();

    /// <summary>Whether the gradient of this tensor is wanted, by itself or by something that it was computed from.</summary>
    internal bool NeedsGradient => RequiresGradient || Source is not null;

    /// <summary>Whether anything has been added to the gradient since it was zero.</summary>
    internal bool HasGradient => _gradient is not null && !_isZeroed;

    /// <summary>Sets the gradient to zero and keeps its buffer. The values of a <see cref="Gradient"/> that was taken before change only when it is asked for again, or with the next <see cref="Backward"/>.</summary>
    public void ZeroGradient() => _isZeroed = _gradient is not null;

    /// <summary>Until the result is disposed, operations on this thread are not recorded: for inference.</summary>
    public static GradientPause NoGradient()
    {
        _pauses++;
        return new GradientPause();
    }

    internal static void EndPause() => _pauses--;

    /// <summary>
    /// Adds to the <see cref="Gradient"/> of every tensor that this one was computed from, and that requires it, the derivative of
    /// this tensor; or, if this is not a scalar, of the sum of its elements, each weighted by <paramref name="seed"/>.
    /// </summary>
    /// <param name="seed">Weights of the same shape; ones if null. They are read, not copied, and become the <see cref="Gradient"/> of this tensor only if it requires one.</param>
    /// <exception cref="InvalidOperationException">Nothing was recorded, the record has been used already, or an input was changed since.</exception>
    /// <exception cref="ArgumentException">The seed has another shape.</exception>
    public void Backward(Tensor? seed = null)
    {
        if (Source is null) throw new InvalidOperationException($"tensor {Shape} was not computed from anything that requires a gradient");
        if (seed is not null && seed.Shape != Shape) throw new ArgumentException($"seed of shape {seed.Shape} for a tensor of shape {Shape}");
        // Nothing writes to the gradient of the tensor at which a pass begins. The version is its own, because the seed may be among the tensors computed with.
        Tensor? lent = seed is null || RequiresGradient || _gradient is not null ? null : new Tensor(seed.Values, Shape);
        if (lent is not null) _gradient = lent;
        else if (seed is null) GradientSpan().Fill(1);
        else seed.Span.CopyTo(GradientSpan());
        try
        {
            Node.Run(Source);
        }
        finally
        {
            if (lent is not null) _gradient = null;
        }
    }

    /// <summary>The gradient, zero at first; a backward rule reads its results' and adds to its inputs'.</summary>
    internal Tensor GradientTensor()
    {
        Tensor gradient = GradientToFill(out bool isFresh);
        if (isFresh) gradient.Writable().Clear();
        return gradient;
    }

    /// <summary>The gradient, to be added to; or if it is fresh, to be written over, all of it.</summary>
    internal Tensor GradientToFill(out bool isFresh)
    {
        isFresh = _gradient is null || _isZeroed;
        _isZeroed = false;
        return _gradient ?? AllocateGradient();
    }

    /// <summary>A gradient of any values. A parameter outlives the step, and so must its gradient.</summary>
    private Tensor AllocateGradient() => _gradient = _scoped ? Allocate(Shape) : new Tensor(new float[Count], Shape);

    /// <summary>The values of <see cref="GradientTensor"/>.</summary>
    internal Span<float> GradientSpan() => GradientTensor().Writable();

    /// <summary>Adds to the gradient, if it is wanted, <paramref name="slope"/> summed over the axes along which this tensor was repeated.</summary>
    internal void AddGradient(Tensor slope)
    {
        if (!NeedsGradient) return;
        if (slope.Shape != Shape) slope = SumTo(slope, Shape);
        Span<float> gradient = GradientToFill(out bool isFresh).Writable();
        if (isFresh) slope.Span.CopyTo(gradient);
        else TensorPrimitives.Add(gradient, slope.Span, gradient);
    }

    /// <summary>Whether operations on this thread are recorded at all.</summary>
    internal static bool IsRecording => _pauses == 0;

    /// <summary>Whether an operation on these inputs has to be recorded.</summary>
    internal static bool Recording(params ReadOnlySpan<Tensor?> inputs)
    {
        if (!IsRecording) return false;
        foreach (Tensor? input in inputs)
            if (input is { NeedsGradient: true }) return true;
        return false;
    }

    /// <summary>
    /// Makes an operation of one's own one through which gradients flow. What computes the values is the caller's, from the spans of the inputs; this records how a
    /// gradient goes back. <see cref="GradientCheck"/> tells whether the two belong together.
    /// </summary>
    /// <param name="result">What was computed, which nothing has recorded.</param>
    /// <param name="inputs">What it was computed from; their values must stay until <see cref="Backward"/>.</param>
    /// <param name="backward">Given the gradient of the result, of its shape and only to be read, returns that of each input, of the input's shape; null for one that
    /// gets none. Called once at most, and not at all where no input needs a gradient; what it computes is not recorded.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The result is one of the inputs, or has been recorded already.</exception>
    /// <example><code>
    /// static Tensor Cube(Tensor x)
    /// {
    ///     float[] values = [.. x.Span.ToArray().Select(value => value * value * value)];
    ///     return Tensor.Record(Tensor.From(values, x.Shape.Extents), [x], slope => [slope * 3 * x * x]);
    /// }
    /// </code></example>
    public static Tensor Record(Tensor result, ReadOnlySpan<Tensor> inputs, Func<Tensor, Tensor?[]> backward)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(backward);
        Tensor[] from = inputs.ToArray();
        foreach (Tensor input in from)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (input == result) throw new ArgumentException("Record: the result is one of the inputs; compute it into a tensor of its own", nameof(result));
        }
        if (result.Source is not null) throw new ArgumentException("Record: how the result was computed is recorded already; compute it within Tensor.NoGradient(), or give its Detach()", nameof(result));
        return Record(result, inputs, () =>
        {
            Tensor?[] gradients;
            using (NoGradient()) gradients = backward(result.GradientTensor());
            if (gradients is null || gradients.Length != from.Length)
                throw new InvalidOperationException($"Record: the operation has {from.Length} inputs, its backward rule returned {gradients?.Length ?? 0} gradients");
            for (int i = 0; i < from.Length; i++)
            {
                if (gradients[i] is not { } gradient) continue;
                if (gradient.Shape != from[i].Shape) throw new InvalidOperationException($"Record: input {i} has shape {from[i].Shape}, its gradient {gradient.Shape}");
                from[i].AddGradient(gradient);
            }
        });
    }

    /// <summary>Records that <paramref name="result"/> came from <paramref name="inputs"/>.</summary>
    /// <param name="backward">Reads <c>result.GradientSpan()</c> and adds into that of each input that <see cref="NeedsGradient"/>.</param>
    internal static Tensor Record(Tensor result, ReadOnlySpan<Tensor> inputs, Action backward)
    {
        if (Recording(inputs!)) result.Source = new Node(inputs.ToArray(), backward);
        return result;
    }

    /// <summary>As <see cref="Record(Tensor, ReadOnlySpan{Tensor}, Action)"/> for an operation with several results.</summary>
    internal static void Record(ReadOnlySpan<Tensor> results, ReadOnlySpan<Tensor> inputs, Action backward)
    {
        if (!Recording(inputs!)) return;
        Node node = new(inputs.ToArray(), backward);
        foreach (Tensor result in results) result.Source = node;
    }

    /// <summary>One recorded operation.</summary>
    internal sealed class Node(Tensor[] inputs, Action backward)
    {
        private static long _count;

        private readonly long _number = Interlocked.Increment(ref _count);
        private readonly long _versions = Versions(inputs);
        private Action? _backward = backward;

        public static void Run(Node last)
        {
            HashSet<Node> found = [last];
            Stack<Node> open = new(found);
            while (open.TryPop(out Node? node))
            {
                foreach (Tensor input in node.Inputs)
                    if (input.Source is { } source && found.Add(source)) open.Push(source);
            }
            Node[] order = [.. found];
            Array.Sort(order, (a, b) => b._number.CompareTo(a._number));
            foreach (Node node in order)
            {
                Action rule = node._backward ?? throw new InvalidOperationException("Backward has already run through this computation; compute it again first");
                if (Versions(node.Inputs) != node._versions)
                    throw new InvalidOperationException("the values of a tensor were changed after it was computed with; Backward needs them as they were");
                node._backward = null;
                rule();
            }
        }

        private Tensor[] Inputs => inputs;

        /// <summary>Versions only grow, so their sum tells whether any has changed.</summary>
        private static long Versions(Tensor[] inputs)
        {
            long sum = 0;
            foreach (Tensor input in inputs) sum += input.Version;
            return sum;
        }
    }
}

/// <summary>Ends a <see cref="Tensor.NoGradient"/> section when disposed.</summary>
public readonly ref struct GradientPause
{
    private readonly bool _active;

    /// <summary>Made by <see cref="Tensor.NoGradient"/>.</summary>
    public GradientPause() => _active = true;

    /// <summary>Operations are recorded again.</summary>
    public void Dispose()
    {
        if (_active) Tensor.EndPause();
    }
}
